import { type Command, InvalidArgumentError, Option } from 'commander';
import { collect, DATASETS, type Run, wholeNumber } from './options';

// Written out here so that help needs no other package.
const PRODUCTS = 'washer, button, weave, wood, capsule, label, board, bolt, tile or steel';
const ON_PHOTOS = 'scratch, crack, hole, stain, contamination and deformation';
const DEFECTS = 'scratch, hole, stain, missing, contamination, crack, misprint or deformation';

const numberWithin = (text: string, least: number, most: number): number => {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value >= least && value <= most) return value;
  throw new InvalidArgumentError(`Expected a number from ${least} to ${most}.`);
};

/** For options that take a number, or two with a hyphen between them. */
const numberOrRange =
  (least: number, most: number) =>
  (text: string): number | readonly [number, number] => {
    const [from = '', to, ...more] = text.split('-');
    if (to === undefined) return numberWithin(from, least, most);
    const range = [numberWithin(from, least, most), numberWithin(to, least, most)] as const;
    if (more.length > 0 || range[0] > range[1])
      throw new InvalidArgumentError(`Expected a rising range such as ${least}-${most}.`);
    return range;
  };

/** `utad data synth` */
export function addSynth(group: Command, run: Run): void {
  const count = (flags: string, description: string) =>
    new Option(flags, description).argParser(wholeNumber(0));
  const range = (flags: string, description: string, least: number, most: number) =>
    new Option(flags, description).argParser(numberOrRange(least, most));
  const synth = group
    .command('synth')
    .summary('draw a data set, or defects on photographs')
    .description(
      'Draws a data set in the layout of MVTec AD, with exact masks and the clean twin of every defective image. With --photos or --held-out-of it draws defects on photographs of good parts: half of them stay good, the others get defects, and all go into the test split, for choosing settings without a test set.',
    )
    .requiredOption('-o, --out <folder>', 'the folder to make')
    .option(
      '--photos <path>',
      'draw on the good training images of a folder, a data set, one product of MVTec AD, or a manifest; results are optimistic for a detector that was trained on them',
    )
    .option(
      '--held-out-of <run>',
      'draw on the photographs that a run held out for its thresholds, which it was not trained on',
    )
    .addOption(
      new Option('--dataset <kind>', 'what --photos is (default: what it looks like)').choices(
        DATASETS.filter((name) => name !== 'synthetic'),
      ),
    )
    .addOption(
      new Option('--limit <n>', 'use at most so many of --photos, chosen by seed').argParser(wholeNumber(2)),
    )
    .option(
      '--category <name>',
      `${PRODUCTS}; repeatable (default: all). With --photos the product that they show`,
      collect,
    )
    .addOption(count('--train <n>', 'good images for training (default: 200; of photographs none)'))
    .addOption(count('--good <n>', 'good images for testing (default: 40, or half of the photographs)'))
    .addOption(
      count(
        '--defective <n>',
        'images of each type of defect (default: 8, or so many that each other photograph is used)',
      ),
    )
    .option(
      '--defect <name>',
      `${DEFECTS}; repeatable (default: those of each product; not every defect fits every product). On photographs ${ON_PHOTOS} (default: all)`,
      collect,
    )
    .addOption(
      new Option(
        '--severity <x>',
        'how large and how opaque defects are, 0 to 1 (default: 0.5, fully opaque)',
      ).argParser((text) => numberWithin(text, 0, 1)),
    )
    .addOption(
      range(
        '--defect-size <share>',
        'pixels that a defect changes, as a share of the image: a number or a range, 0.002 to 0.2, on photographs from 0.0005 (default: by severity)',
        0.0005,
        0.2,
      ),
    )
    .addOption(
      range(
        '--contrast <x>',
        'mean absolute change inside the mask, the whole range being 1: a number or a range, 0.02 to 0.6 (default: by severity)',
        0.02,
        0.6,
      ),
    )
    .addOption(
      new Option(
        '--test-split <split>',
        'which pictures test/ gets: test and validation share none, so that settings can be chosen on one and judged on the other (default: test)',
      ).choices(['test', 'validation']),
    )
    .addOption(
      new Option(
        '--size <n>',
        'height and width in pixels (default: 64, or as large as each photograph is)',
      ).argParser(wholeNumber(32, 4096)),
    )
    .option('--force', 'replace what is there')
    .addHelpText(
      'after',
      `
Examples:
  $ utad data synth --out data/synthetic --category washer --size 128
  $ utad data synth --out data/faint --category tile --defect crack --defect-size 0.01-0.02 --contrast 0.08
  $ utad data synth --out data/validation --category capsule --test-split validation
  $ utad data synth --held-out-of runs/screw --out data/screw-drawn
  $ utad data synth --photos photos/good --limit 60 --defect scratch --out data/scratched`,
    );
  synth.action(() =>
    run(async (context) => (await import('../data-synth')).dataSynth(synth.optsWithGlobals(), context)),
  );
}
