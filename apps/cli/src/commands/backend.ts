import type { Registration } from './registration';

/** `utad backend` */
export const backend: Registration = (program, run) => {
  const group = program
    .command('backend')
    .summary('set TensorFlow up')
    .description('Sets TensorFlow up and says what this machine can use.');
  const install = group
    .command('install')
    .summary('install native TensorFlow for this user')
    .description(
      "Puts native TensorFlow into the user's cache: through pip, compiled and checked, in about a minute. Needs Python 3 with pip, make and a C++ compiler.",
    )
    .option('--force', 'install anew where it is there');
  install.action(() =>
    run(async (context) =>
      (await import('../backend-install')).backendInstall(install.optsWithGlobals(), context),
    ),
  );
  const list = group
    .command('list')
    .summary('say what this machine can use')
    .description('Tries every backend and says which can be used, and why not the others.');
  list.action(() => run(async (context) => (await import('../backend-list')).backendList(context)));
};
