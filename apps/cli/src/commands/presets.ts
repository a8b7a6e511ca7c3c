import { addDetectorOption, type Registration } from './options';

/** `utad presets` */
export const presets: Registration = (program, run) => {
  const command = program
    .command('presets')
    .summary('show what can be configured')
    .description(
      'Lists the presets of a detector, or prints one as YAML to edit and give back with --config.',
    )
    .argument('[name]', 'the preset to print, such as fast');
  addDetectorOption(command).addHelpText(
    'after',
    `
Examples:
  $ utad presets fast > mine.yaml
  $ utad presets --detector ./mean-image.mjs`,
  );
  command.action((name: string | undefined) =>
    run(async (context) => (await import('../presets')).presets(name, command.optsWithGlobals(), context)),
  );
};
