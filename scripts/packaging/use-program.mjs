import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { command, PackagingError } from './command.mjs';

function expectEqual(what, actual, expected) {
  if (actual !== expected) throw new PackagingError(`${what}: expected ${expected}, received ${actual}`);
}

/**
 * Uses the command line as it is installed in a project: it starts, has its presets, draws images, and computes on wasm where
 * there is no native TensorFlow.
 */
export async function useProgram({ name, manifest }, folder) {
  const program = join(folder, 'node_modules', '.bin', name);
  const empty = join(folder, 'no-native');
  const env = { ...process.env, XDG_CACHE_HOME: empty, HOME: empty, LOCALAPPDATA: empty };
  const utad = (...args) => command(`${name} ${args.join(' ')}`, program, args, { cwd: folder, env });

  expectEqual('utad --version', (await utad('--version')).trim(), manifest.version);
  const preset = JSON.parse(await utad('presets', 'small', '--json'));
  expectEqual('inputSize of the preset small', String(preset.ieNet?.inputSize), '64,64');
  const sizes = ['--train', '3', '--good', '2', '--defective', '1', '--size', '32'];
  await utad('data', 'synth', '--out', 'data', '--category', 'button', ...sizes);
  const train = readdirSync(join(folder, 'data', 'button', 'train', 'good'));
  expectEqual('training images drawn', train.length, 3);
  const pair = train.slice(0, 2).map((file) => join('data', 'button', 'train', 'good', file));
  const { backend } = JSON.parse(await utad('distance', ...pair, '--vgg19', 'random', '--json'));
  expectEqual('backend without native TensorFlow', backend.name, 'wasm');
}
