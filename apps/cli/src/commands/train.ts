import { type Command, InvalidArgumentError, Option } from 'commander';
import { closestMatch } from 'leven';
import { UsageError } from '../errors';
import {
  AUGMENT_TAKES,
  addConfigOptions,
  addDetectorOption,
  assetOption,
  DATASETS,
  GOOD_OPTION,
  PRESETS,
  type Registration,
  shortcutsOf,
  vgg19Option,
  wholeNumber,
} from './options';

/** `utad train` */
export const train: Registration = (program, run) => {
  const command: Command = program
    .command('train')
    .summary('learn from good images')
    .description('Trains a detector on good images and writes a run folder with its bundle.')
    .requiredOption('-o, --out <folder>', 'the run folder to make')
    .addOption(
      new Option(
        '--dataset <kind>',
        'what --root holds (default: mvtec with --category, manifest for a .csv or .jsonl file, else folder)',
      ).choices(DATASETS),
    )
    .option('--root <path>', 'where the images are: a folder, or the file of a manifest')
    .option('--category <name>', 'the product, or the class that is normal, by number or name')
    .option(...GOOD_OPTION)
    .option(
      '--preset <name>',
      `the configuration to start from: ${PRESETS}, or one of --detector (default: fast)`,
    )
    .addOption(
      new Option('--limit <n>', 'use at most so many images, chosen by seed').argParser(wholeNumber(2)),
    )
    .option('--skip-bad', 'leave out images that cannot be read')
    .addOption(
      new Option(
        '--white-level <n|auto>',
        'what is white in images of more than 8 bits, 255 to 65535, or the smallest of 511, 1023 ... 65535 that holds their largest value; the bundle keeps it (default: 65535)',
      ).argParser(whiteLevel),
    )
    .option('--augment <list>', `vary the training images: ${AUGMENT_TAKES}`)
    .option('--roi <picture>', 'a picture whose bright pixels are what counts; the bundle keeps it')
    .option('--no-cache', 'keep no decoded images in the cache folder of the user')
    .addOption(vgg19Option('UTAD_VGG19, the cache, a download, else bundled'))
    .addOption(assetOption())
    .addOption(
      new Option('--checkpoint-every <n>', 'steps between checkpoints (default: 100)').argParser(
        wholeNumber(1),
      ),
    )
    .option('--resume', 'continue the run in --out; its configuration is read back')
    .option('--force', 'replace the run in --out');
  addDetectorOption(command);
  addConfigOptions(command).addHelpText(
    'after',
    `
Examples:
  $ utad train --root photos/good --out runs/mine
  $ utad train --dataset mvtec --root mvtec --category screw --preset fast --out runs/screw
  $ utad train --dataset mnist --root mnist --category 8 --limit 1000 --preset small \\
      --set ieNet.bottleneck=vector --set ieNet.latent=32 --out runs/eight
  $ utad train --root photos/list.csv --out runs/listed
  $ utad train --root photos --out runs/mine --set training.ieNet.batchSize=4 --epochs 20
  $ utad train --root photos --out runs/mean --detector ./mean-image.mjs
  $ utad train --root photos-of-12-bits --white-level auto --out runs/deep
  $ utad train --resume --out runs/screw`,
  );
  // A kind that a module brings may have shortcuts of its own.
  command.allowUnknownOption().allowExcessArguments();
  command.action(() =>
    run(async (context) => {
      const shortcuts = { ...shortcutsOf(command), ...ownShortcuts(command) };
      await (await import('../train')).train({ ...command.optsWithGlobals(), shortcuts }, context);
    }),
  );
};

function whiteLevel(text: string): number | 'auto' {
  const level = Number(text);
  if (text === 'auto') return text;
  if (/^\d+$/.test(text) && level >= 255 && level <= 65_535) return level;
  throw new InvalidArgumentError('Expected auto, or a whole number from 255 to 65535.');
}

/**
 * Options that only the kind of a module knows, such as `--coreset 0.1`, by name. It is not imported before the command
 * runs, and says itself which of them it has.
 */
function ownShortcuts(command: Command): Record<string, string> {
  const { detector = 'two-stage' } = command.opts<{ detector?: string }>();
  const own: Record<string, string> = {};
  for (let rest = command.args; rest.length > 0; ) {
    const [flag = '', value] = rest;
    const [, name, joined] = /^--([a-z][\w-]*)(?:=(.*))?$/s.exec(flag) ?? [];
    if (!flag.startsWith('-')) {
      const expected = `Expected 0 arguments but got ${rest.length}; --root takes the images.`;
      throw new UsageError(`too many arguments for 'train'. ${expected}`);
    }
    if (name === undefined || detector === 'two-stage') throw unknownOption(command, flag);
    const given = joined ?? value;
    if (given === undefined) throw new UsageError(`option '${flag} <value>' argument missing`);
    own[name] = given;
    rest = rest.slice(joined === undefined ? 2 : 1);
  }
  return own;
}

/** What commander says of one that it does not know. */
function unknownOption(command: Command, flag: string): UsageError {
  const known = [...command.options, ...(command.parent?.options ?? [])].flatMap(({ long }) => long ?? []);
  const near = closestMatch(flag.replace(/=.*/s, ''), known, { maxDistance: 3 });
  return new UsageError(`unknown option '${flag}'${near === undefined ? '' : ` (Did you mean ${near}?)`}`);
}
