import { Option } from 'commander';
import { addDetectorOption, assetOption, type Registration, vgg19Option } from './options';

/** `utad export` */
export const exportCommand: Registration = (program, run) => {
  const command = program
    .command('export')
    .summary('write a detector as one ONNX file')
    .description(
      'Writes a trained detector as one ONNX file: from decoded RGB pixels of any size to anomaly map and score, thresholds among its metadata. The file is run by ONNX Runtime and compared with the detector before it is written.',
    )
    .argument('<bundle>', 'run folder or bundle')
    .addOption(new Option('--format <format>', 'what is written').choices(['onnx']).default('onnx'))
    .option('-o, --out <file>', 'where to write (default: detector.onnx in the run, else here)')
    .option('--explain', 'parts of the map and pictures that explain it as further outputs')
    .addOption(vgg19Option('those that the run was made with'))
    .addOption(assetOption())
    .option('--force', 'write over a file that is there');
  addDetectorOption(command).addHelpText(
    'after',
    `
Examples:
  $ utad export runs/screw
  $ utad export runs/screw/bundle --out screw.onnx --explain`,
  );
  command.action((bundle: string) =>
    run(async (context) =>
      (await import('../export')).exportOnnx(bundle, command.optsWithGlobals(), context),
    ),
  );
};
