import * as tf from '@tensorflow/tfjs';

/** Mean absolute difference over all values: the L1 terms of section 3.2. */
export function meanAbsoluteError(a: tf.Tensor, b: tf.Tensor): tf.Scalar {
  return tf.tidy(() => a.sub(b).abs().mean().asScalar());
}
