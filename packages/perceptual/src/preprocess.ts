import * as tf from '@tensorflow/tfjs';
import type { Images } from './extractor';
import type { Preprocessing } from './preprocessing';

/**
 * Images as the first convolution wants them: `[B, H, W, 3]`, a new tensor.
 *
 * Kept apart from the first kernel: that pads with zeros after this step, so with the means folded into its bias every
 * border pixel would be wrong.
 */
export function preprocess(x: Images, { scale, order, mean, deviation }: Preprocessing): tf.Tensor4D {
  return tf.tidy(() => {
    const ordered = order === 'bgr' ? tf.reverse(x, 3) : x;
    const gain = tf.tensor1d(deviation.map((d) => scale / d));
    const shift = tf.tensor1d(mean.map((m, c) => m / (deviation[c] ?? 1)));
    return tf.sub(tf.mul(ordered, gain), shift);
  });
}
