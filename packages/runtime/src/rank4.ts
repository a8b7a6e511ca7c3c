import type * as tf from '@tensorflow/tfjs';

/** The same tensor as one of rank 4, which the types of TensorFlow.js ask for. */
export function rank4(x: tf.Tensor): tf.Tensor4D {
  if (isRank4(x)) return x;
  throw new RangeError(`expected a tensor of rank 4, received [${x.shape}]`);
}

function isRank4(x: tf.Tensor): x is tf.Tensor4D {
  return x.rank === 4;
}
