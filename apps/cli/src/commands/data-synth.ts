import { type Command, InvalidArgumentError, Option } from 'commander';
import { collect, wholeNumber } from './arguments';
import type { Run } from './registration';

// Written out here so that help needs no other package.
const PRODUCTS = 'washer, button, weave, wood, capsule, label, board, bolt, tile or steel';
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
  const count = (flags: string, description: string, standard: number) =>
    new Option(flags, description).argParser(wholeNumber(0)).default(standard);
  const range = (flags: string, description: string, least: number, most: number) =>
    new Option(flags, description).argParser(numberOrRange(least, most));
  const synth = group
    .command('synth')
    .summary('draw a synthetic data set')
    .description(
      'Draws a data set in the layout of MVTec AD, with exact masks and the clean twin of every defective image.',
    )
    .requiredOption('-o, --out <folder>', 'the folder to make')
    .option('--category <name>', `${PRODUCTS}; repeatable (default: all)`, collect)
    .addOption(count('--train <n>', 'good images for training', 200))
    .addOption(count('--good <n>', 'good images for testing', 40))
    .addOption(count('--defective <n>', 'images of each type of defect', 8))
    .option(
      '--defect <name>',
      `${DEFECTS}; repeatable (default: those of each product; not every defect fits every product)`,
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
        'pixels that a defect changes, as a share of the image: a number or a range, 0.002 to 0.2 (default: by severity)',
        0.002,
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
        'which pictures test/ gets: test and validation share none, so that settings can be chosen on one and judged on the other',
      )
        .choices(['test', 'validation'])
        .default('test'),
    )
    .addOption(
      new Option('--size <n>', 'height and width in pixels').argParser(wholeNumber(32, 4096)).default(64),
    )
    .option('--force', 'replace what is there')
    .addHelpText(
      'after',
      `
Examples:
  $ utad data synth --out data/synthetic --category washer --size 128
  $ utad data synth --out data/faint --category tile --defect crack --defect-size 0.01-0.02 --contrast 0.08
  $ utad data synth --out data/validation --category capsule --test-split validation`,
    );
  synth.action(() =>
    run(async (context) => (await import('../data-synth')).dataSynth(synth.optsWithGlobals(), context)),
  );
}
