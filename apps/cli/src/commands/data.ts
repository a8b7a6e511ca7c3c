import { Option } from 'commander';
import { collect, wholeNumber } from './arguments';
import type { Registration } from './registration';

/** `utad data` */
export const data: Registration = (program, run) => {
  const group = program.command('data').summary('make data sets').description('Makes data sets.');
  const count = (flags: string, description: string, standard: number) =>
    new Option(flags, description).argParser(wholeNumber(0)).default(standard);
  const synth = group
    .command('synth')
    .summary('draw a synthetic data set')
    .description(
      'Draws a data set in the layout of MVTec AD, with exact masks and the clean twin of every defective image.',
    )
    .requiredOption('-o, --out <folder>', 'the folder to make')
    .option('--category <name>', 'washer, button, weave or wood; repeatable (default: all)', collect)
    .addOption(count('--train <n>', 'good images for training', 200))
    .addOption(count('--good <n>', 'good images for testing', 40))
    .addOption(count('--defective <n>', 'images of each of the five types of defect', 8))
    .addOption(
      new Option('--size <n>', 'height and width in pixels').argParser(wholeNumber(32, 4096)).default(64),
    )
    .option('--force', 'replace what is there')
    .addHelpText(
      'after',
      '\nExample:\n  $ utad data synth --out data/synthetic --category washer --size 128',
    );
  synth.action(() =>
    run(async (context) => (await import('../data-synth')).dataSynth(synth.optsWithGlobals(), context)),
  );
};
