import * as tf from '@tensorflow/tfjs';
import { type ImageRecord, memoryStore } from '@utad/core';
import {
  type AnomalyDetector,
  BundleError,
  fitThresholds,
  normalizedScore,
  openBundle,
  scoreOf,
} from '@utad/detector';

const redness: AnomalyDetector = {
  kind: 'redness',
  config: {},
  inputSize: [1, 1],
  reduction: 'max',
  fit: async () => ({ stages: [] }),
  predict: (images) =>
    tf.tidy(() => {
      const anomalyMap = images.slice([0, 0, 0, 0], [-1, -1, -1, 1]).squeeze<tf.Tensor3D>([3]);
      return { anomalyMap, score: scoreOf(anomalyMap, 'max'), intermediates: {} };
    }),
  networks: () => ({}),
  dispose: () => {},
};
const recordOf = (red: number): ImageRecord => ({
  id: `${red}`,
  label: 0,
  defectType: 'good',
  image: Uint8Array.of(red, 0, 0),
  size: [1, 1],
  channels: 3,
});
const data = {
  count: 3,
  fingerprint: 'reds',
  async *records(order: readonly number[]) {
    for (const index of order) yield recordOf(51 * index);
  },
};

async function main(): Promise<void> {
  // Of the scores 0, 0.2 and 0.4, nine tenths of the way from the second to the third.
  const { image, images } = await fitThresholds(redness, data);
  console.log(image.toFixed(3), images); // 0.380 3
  console.log(normalizedScore(image, image)); // 0.5
  try {
    await openBundle(memoryStore(), []);
  } catch (error) {
    console.log(error instanceof BundleError && error.check); // missing
  }
}
void main();
