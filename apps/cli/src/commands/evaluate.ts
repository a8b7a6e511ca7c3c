import { Option } from 'commander';
import {
  addDetectorOption,
  assetOption,
  DATASETS,
  engineOption,
  GOOD_OPTION,
  maskThresholdOption,
  type Registration,
  vgg19Option,
  wholeNumber,
} from './options';

/** `utad evaluate` */
export const evaluate: Registration = (program, run) => {
  const command = program
    .command('evaluate')
    .summary('measure a detector on a test set')
    .description(
      'Scores a test set; writes metrics.json, scores.json, scores.csv and report.html into the run folder.',
    )
    .argument('[run]', 'run folder or bundle')
    .option('--run <folder>', 'the same')
    .addOption(
      new Option('--dataset <kind>', 'what --root holds (default: what the run was trained on)').choices(
        DATASETS,
      ),
    )
    .option('--root <path>', 'where the test images are (default: where the training images were)')
    .option('--category <name>', 'the product or normal class (default: that of the run)')
    .option(...GOOD_OPTION)
    .addOption(maskThresholdOption())
    .addOption(
      new Option(
        '--metric-size <n|full>',
        'measure pixels at so many pixels a side, or at the size of the files (default: 256)',
      ).argParser((text) => (text === 'full' ? text : wholeNumber(16, 4096)(text))),
    )
    .addOption(
      new Option('--limit <n>', 'use at most so many images, chosen by seed').argParser(wholeNumber(1)),
    )
    .option('--skip-bad', 'leave out images that cannot be read')
    .option('--no-cache', 'keep no decoded images in the cache folder of the user')
    .addOption(engineOption())
    .addOption(vgg19Option('those that the run was made with'))
    .addOption(assetOption())
    .option(
      '-o, --out <folder>',
      'where to write (default: the run folder, over what an earlier evaluation wrote)',
    )
    .option(
      '--maps [folder]',
      'write the raw map of every image as 32-bit float TIFF in the layout that MVTec evaluates (default: maps beside metrics.json)',
    )
    .option(
      '--overlays [folder]',
      'write a heat map and an overlay of every image as PNG (default: overlays beside metrics.json)',
    )
    .addOption(
      new Option(
        '--gallery <n>',
        'show at most so many images in the report, wrong ones first; 0 for none (default: 1000)',
      ).argParser(wholeNumber(0)),
    )
    .option('--force', 'write over results in --out, --maps and --overlays');
  addDetectorOption(command).addHelpText(
    'after',
    `
Examples:
  $ utad evaluate runs/screw
  $ utad evaluate runs/screw --root other/mvtec --out runs/screw-elsewhere --json
  $ utad evaluate runs/eight --limit 1000
  $ utad evaluate runs/screw --maps found/maps --overlays found/overlays
  $ utad evaluate runs/mean --detector ./mean-image.mjs`,
  );
  command.action((path: string | undefined) =>
    run(async (context) => (await import('../evaluate')).evaluate(path, command.optsWithGlobals(), context)),
  );
};
