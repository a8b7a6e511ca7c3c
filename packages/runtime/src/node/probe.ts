import { execFile } from 'node:child_process';
import { gist } from './gist';
import { type FoundPackage, packageFolder } from './native-package';

/** What a native package turned out to be when a process of its own loaded it and computed with it. */
export interface ProbeResult {
  readonly tensorflow: string;
  readonly gpu: boolean;
}

// Runs with `node -e` and must stand alone: it is the same text from sources and from a bundle.
const SCRIPT = `
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
require('util').isNullOrUndefined = (value) => value === null || value === undefined;
const tf = require(process.argv[1]);
const close = (tensor, expected) => {
  const values = Array.from(tensor.dataSync());
  if (values.length !== expected.length || values.some((value, i) => !(Math.abs(value - expected[i]) < 1e-4))) {
    throw new Error('expected ' + expected + ' of a check calculation, received ' + values);
  }
};
close(tf.matMul([[1, 2], [3, 4]], [[5, 6], [7, 8]]), [19, 22, 43, 50]);
const image = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
const filterGradient = tf.grad((filter) => tf.sum(tf.square(tf.conv2d(image, filter, 1, 'valid'))));
close(filterGradient(tf.ones([2, 2, 1, 1])), [20, 40, 60, 80]);
const backend = tf.backend();
console.log('utad ' + JSON.stringify({ tensorflow: backend.binding.TF_Version, gpu: backend.isUsingGpuDevice === true }));
`;

/**
 * Loads a native package in a child process and has it compute a product and a convolution's gradient, so that a
 * crash there is a reason and not the end of this process.
 * @throws Error that says in one line what went wrong.
 */
export async function probeNative(found: FoundPackage, signal?: AbortSignal): Promise<ProbeResult> {
  const output = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      ['-e', SCRIPT, packageFolder(found)],
      { timeout: 120_000, ...(signal ? { signal } : {}) },
      (error, stdout, stderr) => {
        if (!error) resolve(stdout);
        else if (signal?.aborted) reject(signal.reason);
        else
          reject(
            new Error(error.signal ? `its process ended by ${error.signal}` : gist(stderr, error.message)),
          );
      },
    );
  });
  const line = output.split('\n').find((text) => text.startsWith('utad '));
  const parsed: unknown = line ? JSON.parse(line.slice('utad '.length)) : undefined;
  const tensorflow =
    typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'tensorflow') : undefined;
  if (typeof parsed !== 'object' || parsed === null || typeof tensorflow !== 'string') {
    throw new Error('its check calculation gave no answer');
  }
  return { tensorflow, gpu: Reflect.get(parsed, 'gpu') === true };
}
