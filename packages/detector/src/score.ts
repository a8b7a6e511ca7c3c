import * as tf from '@tensorflow/tfjs';
import type { Reduction } from './detector';

/**
 * The anomaly score of each image from its map.
 *
 * @param anomalyMap `[B, H, W]`
 * @returns `[B]`; higher is more anomalous
 */
export function scoreOf(anomalyMap: tf.Tensor3D, reduction: Reduction): tf.Tensor1D {
  return tf.tidy(() =>
    reduction === 'mean' ? anomalyMap.mean<tf.Tensor1D>([1, 2]) : anomalyMap.max<tf.Tensor1D>([1, 2]),
  );
}

/**
 * A score on a scale without units: 0 for no anomaly, 0.5 at the threshold, towards 1 beyond it.
 *
 * @example normalizedScore(3, 1) // 0.75
 */
export function normalizedScore(score: number, threshold: number): number {
  if (score === 0 && threshold === 0) return 0.5;
  // Score / (score + threshold), in steps each of which keeps the order of scores when it is rounded.
  return 1 / (1 + threshold / score);
}
