import { addConfigOptions } from './add-config-options';
import type { Registration } from './registration';
import { VGG19_FLAGS, VGG19_TAKES } from './vgg19-option';

/** `utad demo` */
export const demo: Registration = (program, run) => {
  const command = program
    .command('demo')
    .summary('see it work: data, training, evaluation, report')
    .description(
      'Draws a small data set of washers, trains a detector on the good ones, evaluates it and writes a report. Needs no network.',
    )
    .option('-o, --out <folder>', 'the run folder to make', 'runs/demo')
    .option('--quick', 'a fraction of the data and the epochs: shows that it runs, not how well')
    .option(VGG19_FLAGS, `${VGG19_TAKES} (default: UTAD_VGG19, else bundled)`)
    .option('--force', 'make it anew');
  addConfigOptions(command);
  command.action(() =>
    run(async (context) => (await import('../demo/command')).demo(command.optsWithGlobals(), context)),
  );
};
