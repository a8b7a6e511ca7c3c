import { type Dataset, type ImageBatch, memoryStore, readImages } from '@utad/core';
import {
  type AnomalyDetector,
  type DetectorKind,
  expectImageSize,
  fitThresholds,
  openBundle,
  reduceMaps,
  saveBundle,
  stateTensor,
} from '@utad/detector';

/** Anomalous is what is brighter or darker than the mean of the good images. */
class Brightness implements AnomalyDetector {
  readonly kind = 'brightness';
  readonly config = {};
  readonly inputSize = [2, 2] as const;
  readonly reduction = 'mean';
  constructor(private mean = 0) {}

  async fit(data: Dataset) {
    let sum = 0;
    for await (const { images } of readImages(data, { size: this.inputSize })) {
      for (const byte of images.data) sum += byte;
    }
    this.mean = sum / (data.count * 12);
    return { stages: [] };
  }

  async predict(images: ImageBatch) {
    expectImageSize(images, this.inputSize);
    const [count] = images.shape;
    const maps = Float32Array.from({ length: count * 4 }, (_, pixel) =>
      Math.abs((images.data[3 * pixel] ?? 0) - this.mean),
    );
    return { scores: reduceMaps(maps, count, 'mean'), maps, mapSize: this.inputSize };
  }

  async state() {
    return new Map([['mean', { data: Float32Array.of(this.mean), shape: [1] }]]);
  }

  dispose() {}
}
const kind: DetectorKind = {
  kind: 'brightness',
  presets: { plain: {} },
  create: async () => new Brightness(),
  restore: async (state) => new Brightness(stateTensor(state, 'mean', [1]).data[0]),
};
const grey = (value: number) => new Uint8Array(12).fill(value);
const greys = (values: readonly number[]): Dataset => ({
  count: values.length,
  fingerprint: values.join(),
  async *records(order) {
    for (const index of order) {
      const image = grey(values[index] ?? 0);
      yield { id: `${index}`, label: 0, defectType: 'good', image, size: [2, 2], channels: 3 };
    }
  },
});

// Train, save.
const [good, heldOut] = [greys([98, 99, 101, 102]), greys([97, 103])];
const trained = await kind.create({});
await trained.fit(good);
const thresholds = await fitThresholds(trained, heldOut, { learnedFrom: good });
const store = memoryStore(); // or `folderStore('runs/mine')` of @utad/files/node
const training = { dataset: 'mine', category: null, images: 4, fingerprint: good.fingerprint, seed: 0 };
await saveBundle(store, trained, { thresholds, training, versions: {} });

// Load, predict.
const { detector, manifest } = await openBundle(store, [kind]);
const { scores } = await detector.predict({ data: grey(110), shape: [1, 2, 2, 3] });
console.log(scores[0], (scores[0] ?? 0) >= manifest.thresholds.image); // 10 true
detector.dispose();
