import { Option } from 'commander';
import type { Registration } from './options';

/** `utad weights` */
export const weights: Registration = (program, run) => {
  const group = program
    .command('weights')
    .summary("get VGG-19's weights")
    .description("Gets VGG-19's weights, on which the anomaly map rests, and says which there are.");
  const fetch = group
    .command('fetch')
    .summary('download weights into the cache')
    .description(
      'Downloads VGG-19 up to conv3_4, 9.3 MB, into the cache of this user. Of a .safetensors file only the parts needed are asked for. The first download writes down the SHA-256 of the tensors, and later ones are compared with it. An interrupted download is gone on with.',
    )
    .argument('[source]', 'a source of `utad weights list`, or a URL (default: torchvision)')
    .option('--url <url>', 'a .safetensors file, a TensorFlow.js manifest, or a folder with one of them')
    .addOption(
      new Option(
        '--preprocessing <name>',
        'what the weights expect of an image (default: as the format has it)',
      ).choices(['keras', 'torchvision']),
    )
    .option('--force', 'download also what is there')
    .option('--repin', 'accept other weights than the first time')
    .addHelpText(
      'after',
      `
Examples:
  $ utad weights fetch
  $ utad weights fetch --url https://example.org/vgg19/model.safetensors
  $ utad weights fetch --url https://example.org/vgg19-keras/ --json`,
    );
  fetch.action((source: string | undefined) =>
    run(async (context) =>
      (await import('../weights')).weightsFetch(source, fetch.optsWithGlobals(), context),
    ),
  );
  const list = group
    .command('list')
    .summary('say which weights there are')
    .description(
      'Lists the sources known and what was fetched, with hashes, preprocessing and size of features.',
    )
    .addHelpText('after', '\nExample:\n  $ utad weights list --json');
  list.action(() => run(async (context) => (await import('../weights')).weightsList(context)));
  const verify = group
    .command('verify')
    .summary('compare weights with their hashes')
    .description(
      'Reads weights from end to end, and compares what was fetched with the hashes of its first download. Prints the SHA-256 of the tensors, which bundles name.',
    )
    .argument('[weights...]', 'ids of fetched weights, or paths of your own (default: all that was fetched)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ utad weights verify\n  $ utad weights verify vgg19/model.safetensors',
    );
  verify.action((named: string[]) =>
    run(async (context) => (await import('../weights')).weightsVerify(named, context)),
  );
};
