import { type Command, Option } from 'commander';
import { collect, wholeNumber } from './arguments';

/** The presets of the two-stage detector; written out here so that help needs no TensorFlow. */
export const PRESETS = 'small, fast or paper';

/** The option that names a detector. */
export function addDetectorOption(command: Command): Command {
  return command.option(
    '--detector <name|file>',
    'two-stage, or a module whose default export is a DetectorKind: a path, or a package installed here (default: two-stage)',
  );
}

/** Options that change the configuration of a detector. */
export function addConfigOptions(command: Command): Command {
  const epochs = wholeNumber(0);
  return command
    .option('--config <file>', 'YAML or JSON laid over the preset')
    .option(
      '--set <key=value>',
      'a single value laid over both, such as ieNet.latent=32; repeatable',
      collect,
    )
    .addOption(new Option('--epochs <n>', 'epochs of each stage').argParser(epochs))
    .addOption(new Option('--epochs-ie <n>', 'epochs of IE-Net alone').argParser(epochs))
    .addOption(new Option('--epochs-expert <n>', 'epochs of Expert-Net alone').argParser(epochs));
}
