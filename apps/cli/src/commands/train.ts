import { type Command, Option } from 'commander';
import { DATASETS } from '../data/datasets';
import { addConfigOptions, addDetectorOption, PRESETS } from './add-config-options';
import { wholeNumber } from './arguments';
import { AUGMENT_TAKES } from './augment-option';
import type { Registration } from './registration';
import { VGG19_FLAGS, VGG19_TAKES } from './vgg19-option';

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
    .option(
      '--preset <name>',
      `the configuration to start from: ${PRESETS}, or one of --detector (default: fast)`,
    )
    .addOption(
      new Option('--limit <n>', 'use at most so many images, chosen by seed').argParser(wholeNumber(2)),
    )
    .option('--skip-bad', 'leave out images that cannot be read')
    .option('--augment <list>', `vary the training images: ${AUGMENT_TAKES}`)
    .option('--no-cache', 'keep no decoded images in the cache folder of the user')
    .option(VGG19_FLAGS, `${VGG19_TAKES} (default: UTAD_VGG19, the cache, a download, else bundled)`)
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
  $ utad train --resume --out runs/screw`,
  );
  command.action(() =>
    run(async (context) => (await import('../train/command')).train(command.optsWithGlobals(), context)),
  );
};
