import type { Registration } from './options';

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
      "Puts native TensorFlow into the user's cache: through pip, compiled and checked, in about a minute. Needs Linux with glibc, Python 3 with pip, make and a C++ compiler.",
    )
    .option('--gpu', "TensorFlow's CUDA build with NVIDIA's libraries (not tested on a GPU yet)")
    .option('--force', 'install anew where it is there, and with --gpu also where no GPU is found');
  install.action(() =>
    run(async (context) => (await import('../backend')).backendInstall(install.optsWithGlobals(), context)),
  );
  const list = group
    .command('list')
    .summary('say what this machine can use')
    .description('Tries every backend and says which can be used, and why not the others.');
  list.action(() => run(async (context) => (await import('../backend')).backendList(context)));
  const remove = group
    .command('remove')
    .summary('undo `backend install`')
    .description("Removes what `backend install` put into the user's cache, and nothing else.")
    .option('--gpu', "the CUDA build's installation instead");
  remove.action(() =>
    run(async (context) => (await import('../backend')).backendRemove(remove.optsWithGlobals(), context)),
  );
};
