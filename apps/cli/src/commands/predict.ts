import { addDetectorOption, assetOption, engineOption, type Registration, vgg19Option } from './options';

/** `utad predict` */
export const predict: Registration = (program, run) => {
  const command = program
    .command('predict')
    .summary('find what is wrong in images')
    .description(
      'Scores images, and writes for each its anomaly map and an overlay with the regions found. Maps are coloured from 0 (black) to twice the pixel threshold (pale yellow).',
    )
    .argument('<bundle>', 'run folder or bundle')
    .argument('[input...]', 'images, or folders of images')
    .option('--files-from <file>', 'read more of them from a file, one a line; - for standard input')
    .option('-o, --out <folder>', 'where maps and overlays go (default: maps/ of the run, else ./maps)')
    .addOption(vgg19Option('those that the run was made with'))
    .addOption(assetOption())
    .option('--tiff', 'write raw maps too, as 32-bit float TIFF of the size of the image')
    .option('--csv <file>', 'write scores and boxes as a table too, which grows as <file>.partial')
    .option('--resume', 'go on with the table of --csv where another prediction was ended')
    .addOption(engineOption())
    .option('--fail-on-anomaly', 'end with 3 where an image is anomalous')
    .option('--force', 'write over files that are there, but never over images or what else is read');
  addDetectorOption(command).addHelpText(
    'after',
    `
Examples:
  $ utad predict runs/screw photos/new
  $ utad predict runs/screw/bundle a.png b.png --out found --json
  $ utad predict runs/screw photos/new --out found --tiff --csv found/scores.csv
  $ utad predict runs/screw photos/new --csv scores.csv --resume
  $ find photos -name '*.jpg' -mtime -1 | utad predict runs/screw --files-from - --fail-on-anomaly
  $ utad predict runs/mean photos/new --detector ./mean-image.mjs`,
  );
  command.action((bundle: string, inputs: string[]) =>
    run(async (context) =>
      (await import('../predict')).predict(bundle, inputs, command.optsWithGlobals(), context),
    ),
  );
};
