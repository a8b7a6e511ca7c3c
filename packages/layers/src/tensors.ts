import * as tf from '@tensorflow/tfjs';

/** A batch of colour images: `[B, H, W, 3]`, float32, in [0, 1]. */
export type Images = tf.Tensor4D;

/** TensorFlow.js's tensor types by rank. */
export interface TensorOfRank {
  /** A single number. */
  0: tf.Scalar;
  /** `[N]`. */
  1: tf.Tensor1D;
  /** Two axes, such as `[B, D]`. */
  2: tf.Tensor2D;
  /** Three axes, such as `[B, H, W]`. */
  3: tf.Tensor3D;
  /** Four axes, such as `[B, H, W, C]`. */
  4: tf.Tensor4D;
}

/**
 * The value itself, once it is known to be a tensor of this rank.
 *
 * @param name Names the value in the error.
 * @throws RangeError when it is anything else.
 */
export function ofRank<R extends keyof TensorOfRank>(rank: R, value: unknown, name: string): TensorOfRank[R] {
  if (hasRank(rank, value)) return value;
  const received = value instanceof tf.Tensor ? `shape [${value.shape}]` : typeof value;
  throw new RangeError(`${name}: expected a tensor of rank ${rank}, received ${received}`);
}

function hasRank<R extends keyof TensorOfRank>(rank: R, value: unknown): value is TensorOfRank[R] {
  return value instanceof tf.Tensor && value.rank === rank;
}

/**
 * The one symbolic tensor that a layer answers to symbolic input; the types of TensorFlow.js leave more open.
 *
 * @throws TypeError when it is anything else.
 */
export function symbolic(output: ReturnType<tf.layers.Layer['apply']>): tf.SymbolicTensor {
  if (output instanceof tf.SymbolicTensor) return output;
  throw new TypeError('expected one symbolic tensor from a layer');
}

/**
 * The tensors that a model answers to tensors; the caller disposes of them.
 *
 * @param training Whether layers such as batch norm take the statistics of the batch.
 */
export function outputsOf(
  model: tf.LayersModel,
  inputs: tf.Tensor | tf.Tensor[],
  training: boolean,
): tf.Tensor[] {
  const outputs = model.apply(inputs, { training });
  return (Array.isArray(outputs) ? outputs : [outputs]).map((output) => {
    if (output instanceof tf.Tensor) return output;
    throw new TypeError(`${model.name}: expected tensors, received symbols`);
  });
}
