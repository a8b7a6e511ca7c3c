import { type Command, Option } from 'commander';
import { BACKENDS, type Registration } from './options';

/** `utad doctor` */
export const doctor: Registration = (program, run) => {
  const command: Command = program
    .command('doctor')
    .summary('say what this machine can do, and what would help')
    .description(
      'Checks the gradients of every backend against references, measures its speed, estimates the time of an epoch for each preset, and names the one command that would help most. About a minute; --backend measures one.',
    )
    .option('--full', 'check every op and gradient rather than a short list')
    .addOption(
      new Option('--measure <name>', 'one backend, line by line').choices([...BACKENDS, 'best']).hideHelp(),
    )
    .addOption(new Option('--software').hideHelp())
    .addHelpText('after', '\nExamples:\n  $ utad doctor\n  $ utad doctor --backend wasm --full --json');
  command.action(() =>
    run(async (context) => {
      const { measure: name, full = false, software = false } = command.opts<HiddenOptions>();
      if (name === undefined) return await (await import('../doctor')).doctor({ full }, context);
      const { measure } = await import('../doctor');
      const backend = BACKENDS.find((each) => each === name);
      await measure({ backend, full, software }, context);
    }),
  );
};

interface HiddenOptions {
  readonly full?: boolean;
  /** The backend that this process is to measure for another one. */
  readonly measure?: string;
  readonly software?: boolean;
}
