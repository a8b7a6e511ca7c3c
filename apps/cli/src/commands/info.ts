import type { Registration } from './options';

/** `utad info` */
export const info: Registration = (program, run) => {
  const command = program
    .command('info')
    .summary('say what a bundle is')
    .description('Checks every file of a bundle against its hash and says what the bundle is.')
    .argument('<bundle>', 'run folder or bundle');
  command.action((bundle: string) => run(async (context) => (await import('../info')).info(bundle, context)));
};
