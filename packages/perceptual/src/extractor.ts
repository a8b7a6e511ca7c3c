import * as tf from '@tensorflow/tfjs';
import type { Images } from '@utad/layers';
import type { Preprocessing } from './preprocessing';

/** A network that turns images into features at one or more depths. */
export interface FeatureExtractor {
  /** What the features are called, in the order in which {@link FeatureExtractor.features} returns them. */
  readonly layers: readonly string[];
  /** One tensor `[B, h, w, C]` a layer, of any height and width. The caller owns them. */
  features(x: Images): tf.Tensor4D[];
  /** Frees the weights. */
  dispose(): void;
}

/**
 * Checks images where they come in, which networks and scorers do not: `[B, H, W, 3]`, float32, every value in [0, 1].
 * Reads them back from the backend, so call it on input and not in a training loop.
 *
 * @param name what the message calls them. Default `images`.
 * @throws RangeError with what was expected and what was seen.
 *
 * @example
 * await checkImages(photo); // throws: images: expected values in [0, 1], seen 0 to 255
 */
export async function checkImages(images: Images, name = 'images'): Promise<void> {
  const { shape, dtype } = images;
  if (shape.length !== 4 || shape[3] !== 3 || dtype !== 'float32') {
    throw new RangeError(`${name}: expected [B, H, W, 3] of float32, received [${shape}] of ${dtype}`);
  }
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of await images.data()) {
    // These stay NaN once they are.
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low >= 0 && high <= 1) return;
  throw new RangeError(`${name}: expected values in [0, 1], seen ${low} to ${high}`);
}

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
