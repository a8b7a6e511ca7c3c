import { type Command, Option } from 'commander';
import { addSynth } from './data-synth';
import {
  collect,
  DATASETS,
  GOOD_OPTION,
  maskThresholdOption,
  type Registration,
  type Run,
  wholeNumber,
} from './options';

/** `utad data` */
export const data: Registration = (program, run) => {
  const group = program
    .command('data')
    .summary('fetch, make, check and look at data sets')
    .description(
      'Says which data sets are known, fetches them, draws synthetic ones, checks them, and shows them.',
    );
  addList(group, run);
  addFetch(group, run);
  addSynth(group, run);
  addCheck(group, run);
  addShow(group, run);
};

function addList(group: Command, run: Run): void {
  const list = group
    .command('list')
    .summary('say which data sets are known')
    .description('Lists the data sets known, with licences and whether they can be fetched.')
    .addHelpText('after', '\nExamples:\n  $ utad data list\n  $ utad data list --json');
  list.action(() => run(async (context) => (await import('../data-list')).dataList(context)));
}

function addFetch(group: Command, run: Run): void {
  const fetch = group
    .command('fetch')
    .summary('download a data set')
    .description(
      'Downloads a known data set, compares it with the hashes that are cited of it, or else with its first download, and unpacks it. An interrupted download is gone on with. Where there is no direct link, it prints what to do by hand.',
    )
    .argument('<id>', 'a data set of `utad data list`')
    .requiredOption('-o, --out <folder>', 'the folder to make')
    .option('--accept-license', 'you have read the licence and accept it, where that is needed')
    .option('--category <name>', 'keep this product only; repeatable (default: all)', collect)
    .option('--from <file>', 'a file that you have downloaded by hand, instead; repeatable', collect)
    .option('--repin', 'accept another file than the first time')
    .addHelpText(
      'after',
      `
Examples:
  $ utad data fetch mnist --out data/mnist
  $ utad data fetch mvtec --accept-license --category screw --out data/mvtec
  $ utad data fetch mvtec --accept-license --from mvtec_anomaly_detection.tar.xz --out data/mvtec`,
    );
  fetch.action((id: string) =>
    run(async (context) => (await import('../data-fetch')).dataFetch(id, fetch.optsWithGlobals(), context)),
  );
}

/** What there is at a path is guessed; these say it. */
function addPlaced(command: Command): Command {
  return command
    .argument('<root>', 'a folder of images, a data set, one product of MVTec AD, or a manifest')
    .addOption(
      new Option('--dataset <kind>', 'what it is (default: what it looks like)').choices(
        DATASETS.filter((name) => name !== 'synthetic'),
      ),
    )
    .option('--category <name>', 'look at this product only; repeatable (default: all)', collect)
    .option(...GOOD_OPTION);
}

function addCheck(group: Command, run: Run): void {
  const check = addPlaced(group.command('check'))
    .summary('find what is wrong with a data set')
    .description(
      'Reads every image and mask from end to end: counts, sizes, modes, duplicates within and across splits, masks that are missing, empty or of another size, files that cannot be read. Ends with 1 when something is wrong.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ utad data check data/mvtec/screw
  $ utad data check data/visa --dataset visa --category candle --json
  $ utad data check photos`,
    );
  check
    .addOption(maskThresholdOption())
    .addOption(
      new Option('--metric-size <n>', 'tell which regions of masks are lost at so many pixels a side')
        .argParser(wholeNumber(16, 4096))
        .default(256),
    );
  check.action((root: string) =>
    run(async (context) => (await import('../data-check')).dataCheck(root, check.optsWithGlobals(), context)),
  );
}

function addShow(group: Command, run: Run): void {
  const number = (
    flags: string,
    description: string,
    [least, most]: readonly [number, number],
    standard: number,
  ) => new Option(flags, description).argParser(wholeNumber(least, most)).default(standard);
  const show = addPlaced(group.command('show'))
    .summary('draw a contact sheet of a data set')
    .description('Draws a few images of each kind, with the outlines of their masks, into one PNG.')
    .requiredOption('-o, --out <file>', 'the PNG to write')
    .addOption(number('--count <n>', 'images of each kind', [1, 10_000], 8))
    .addOption(number('--columns <n>', 'images beside each other', [1, 1000], 8))
    .addOption(number('--size <n>', 'side of an image in pixels', [16, 1024], 128))
    .option('--force', 'write over the file')
    .addHelpText(
      'after',
      `
Examples:
  $ utad data show data/mvtec/screw --out screw.png
  $ utad data show data/mnist --dataset mnist --count 4 --size 64 --out mnist.png`,
    );
  show.action((root: string) =>
    run(async (context) => (await import('../data-show')).dataShow(root, show.optsWithGlobals(), context)),
  );
}
