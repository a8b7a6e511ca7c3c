import type * as tf from '@tensorflow/tfjs';

/** A property of what may be no object. */
export function property(target: unknown, name: string): unknown {
  return typeof target === 'object' && target !== null ? Reflect.get(target, name) : undefined;
}

/** Whether a value is an object with functions of these names. */
export function hasMethods(value: unknown, names: readonly string[]): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof Reflect.get(value, name) === 'function');
}

/** Whether a tensor is one of images, or a filter. */
export function isRank4(x: tf.Tensor): x is tf.Tensor4D {
  return x.rank === 4;
}

/** The same tensor as one of rank 4, which the types of TensorFlow.js ask for. */
export function rank4(x: tf.Tensor): tf.Tensor4D {
  if (isRank4(x)) return x;
  throw new RangeError(`expected a tensor of rank 4, received [${x.shape}]`);
}
