import type * as tf from '@tensorflow/tfjs';

/** A batch of colour images: `[B, H, W, 3]`, float32, RGB in [0, 1]. The range is the caller's to check. */
export type Images = tf.Tensor4D;

/** A network that turns images into features at one or more depths. */
export interface FeatureExtractor {
  /** What the features are called, in the order in which {@link FeatureExtractor.features} returns them. */
  readonly layers: readonly string[];
  /** One tensor `[B, h, w, C]` a layer, of any height and width. The caller owns them. */
  features(x: Images): tf.Tensor4D[];
  /** Frees the weights. */
  dispose(): void;
}
