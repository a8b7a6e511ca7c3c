import { Argument } from 'commander';
import { PRESETS } from './add-config-options';
import type { Registration } from './registration';

/** `utad presets` */
export const presets: Registration = (program, run) => {
  const command = program
    .command('presets')
    .summary('show what can be configured')
    .description('Lists the presets, or prints one as YAML to edit and give back with --config.')
    .addArgument(new Argument('[name]', 'the preset to print').choices(PRESETS))
    .addHelpText('after', '\nExample:\n  $ utad presets fast > mine.yaml');
  command.action((name: string | undefined) =>
    run(async (context) => (await import('../presets')).presets(name, context)),
  );
};
