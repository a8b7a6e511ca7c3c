import { type ImageRecord, memoryStore } from '@utad/core';
import {
  type AnomalyDetector,
  BundleError,
  fitThresholds,
  normalizedScore,
  openBundle,
  reduceMaps,
} from '@utad/detector';

const redness: AnomalyDetector = {
  kind: 'redness',
  config: {},
  inputSize: [1, 1],
  reduction: 'max',
  fit: async () => ({ stages: [] }),
  predict: async ({ data, shape: [count, height, width] }) => {
    const maps = Float32Array.from({ length: count * height * width }, (_, at) => (data[3 * at] ?? 0) / 255);
    return { scores: reduceMaps(maps, count, 'max'), maps, mapSize: [height, width] };
  },
  state: async () => new Map(),
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
    console.log(error instanceof BundleError && error.code); // missing
  }
}
void main();
