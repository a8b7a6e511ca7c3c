import * as tf from '@tensorflow/tfjs';

/** `l1` is |a - b|, as in Eq. 8; `l2` is (a - b)², as in LPIPS. */
export type Difference = 'l1' | 'l2';

/** How far apart features of one layer are at each pixel. */
export interface LayerDistanceOptions {
  readonly difference: Difference;
  /** What the difference of each channel counts, summed; without them channels are averaged. */
  readonly channelWeights: readonly number[] | Float32Array | undefined;
  /** A gradient of 0 where features are equal, for one operation more: TensorFlow.js's abs has -1 there. */
  readonly forLoss: boolean;
}

/**
 * The difference of two layers' features, put together over channels: `[B, h, w, 1]`, at least 0.
 *
 * @param a `[B, h, w, C]`.
 * @param b likewise, or of one sample for all of `a`'s.
 */
export function layerDistance(
  a: tf.Tensor4D,
  b: tf.Tensor4D,
  { difference, channelWeights, forLoss }: LayerDistanceOptions,
): tf.Tensor4D {
  return tf.tidy(() => {
    const apart = difference === 'l2' ? tf.squaredDifference<tf.Tensor4D>(a, b) : absolute(a, b, forLoss);
    if (channelWeights === undefined) return tf.mean<tf.Tensor4D>(apart, 3, true);
    const [batch, height, width, channels] = apart.shape;
    const column = tf.tensor2d(Float32Array.from(channelWeights), [channels, 1]);
    return tf.matMul(tf.reshape(apart, [-1, channels]), column).as4D(batch, height, width, 1);
  });
}

function absolute(a: tf.Tensor4D, b: tf.Tensor4D, forLoss: boolean): tf.Tensor4D {
  return forLoss ? tf.sub(tf.maximum(a, b), tf.minimum(a, b)) : tf.abs(tf.sub<tf.Tensor4D>(a, b));
}

/**
 * Features of norm 1 over channels, as LPIPS has them. The small number keeps pixels without any feature at 0, with a
 * finite gradient; inside the root it is, other than in LPIPS, felt only by features smaller than 1e-4.
 */
export function unitLength(feature: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => tf.mul(feature, tf.rsqrt(tf.add(tf.sum(tf.square(feature), 3, true), 1e-10))));
}
