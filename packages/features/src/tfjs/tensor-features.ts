import * as tf from '@tensorflow/tfjs';
import type { ImageBatch } from '@utad/core';
import type { FeatureMap } from '../extractor';
import type { Preprocessing } from '../preprocessing';

/** A network that turns images into features at one or more depths, as tensors: for losses and for work on TensorFlow.js. */
export interface TensorFeatureExtractor {
  /** What the features are called, in the order in which {@link TensorFeatureExtractor.tensorFeatures} returns them. */
  readonly layers: readonly string[];
  /**
   * One tensor `[B, h, w, C]` a layer, of any height and width. The caller owns them.
   *
   * @param x `[B, H, W, 3]`, RGB in [0, 1].
   */
  tensorFeatures(x: tf.Tensor4D): tf.Tensor4D[];
  /** Frees the weights. */
  dispose(): void;
}

/** The features of images as plain data; no tensor is left behind. */
export async function featureMaps(
  extractor: TensorFeatureExtractor,
  { data, shape }: ImageBatch,
): Promise<FeatureMap[]> {
  const features = tf.tidy(() =>
    extractor.tensorFeatures(tf.div(tf.tensor4d(Float32Array.from(data), [...shape]), 255)),
  );
  try {
    return await Promise.all(
      features.map(async (feature, l) => ({
        layer: extractor.layers[l] ?? '',
        data: await feature.data<'float32'>(),
        shape: feature.shape,
      })),
    );
  } finally {
    tf.dispose(features);
  }
}

/**
 * Images as the first convolution wants them: `[B, H, W, 3]`, a new tensor.
 *
 * Kept apart from the first kernel: that pads with zeros after this step, so with the means folded into its bias every
 * border pixel would be wrong.
 */
export function preprocess(x: tf.Tensor4D, { scale, order, mean, deviation }: Preprocessing): tf.Tensor4D {
  return tf.tidy(() => {
    const ordered = order === 'bgr' ? tf.reverse(x, 3) : x;
    const gain = tf.tensor1d(deviation.map((d) => scale / d));
    const shift = tf.tensor1d(mean.map((m, c) => m / (deviation[c] ?? 1)));
    return tf.sub(tf.mul(ordered, gain), shift);
  });
}
