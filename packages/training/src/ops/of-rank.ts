import * as tf from '@tensorflow/tfjs';

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

function hasRank<R extends keyof TensorOfRank>(rank: R, value: unknown): value is TensorOfRank[R] {
  return value instanceof tf.Tensor && value.rank === rank;
}
