import * as tf from '@tensorflow/tfjs';

/**
 * An op of one tensor whose gradient is written out rather than composed from those of its parts.
 *
 * @param forward Computes the value, and saves what the gradient needs.
 * @param backward Makes of the gradient of the value that of the input.
 */
export function withGradient<T extends tf.Tensor>(
  forward: (x: tf.Tensor, save: (tensors: tf.Tensor[]) => void) => T,
  backward: (gradient: T, saved: tf.Tensor[]) => tf.Tensor,
): (x: tf.Tensor) => T {
  return tf.customGrad<T>((x, save) => {
    if (typeof x === 'function' || typeof save !== 'function') throw new TypeError('expected one tensor');
    return { value: forward(x, save), gradFunc: backward };
  });
}
