import type { DemoFlags } from '../demo';
import { addConfigOptions, assetOption, type Registration, shortcutsOf, vgg19Option } from './options';

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
    .addOption(vgg19Option('UTAD_VGG19, else bundled'))
    .addOption(assetOption())
    .option('--force', 'make it anew');
  addConfigOptions(command);
  command.action(() =>
    run(async (context) => {
      const flags = { ...command.optsWithGlobals<DemoFlags>(), shortcuts: shortcutsOf(command) };
      await (await import('../demo')).demo(flags, context);
    }),
  );
};
