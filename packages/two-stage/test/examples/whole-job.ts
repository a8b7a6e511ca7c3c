import { type Dataset, memoryStore } from '@utad/core';
import { fitThresholds, openBundle, saveBundle } from '@utad/detector';
import { randomWeights, vgg19 } from '@utad/features';
import { TwoStage, twoStageKind, twoStagePresets } from '@utad/two-stage';

// Good images: here plain grey, elsewhere those of `openDataset` of @utad/datasets/node.
const size = [16, 16] as const;
const grey = (value: number) => new Uint8Array(16 * 16 * 3).fill(value);
const greys = (values: readonly number[]): Dataset => ({
  count: values.length,
  fingerprint: values.join(),
  async *records(order) {
    for (const index of order) {
      const image = grey(values[index] ?? 0);
      yield { id: `${index}`, label: 0, defectType: 'good', image, size, channels: 3 };
    }
  },
});
const [good, heldOut] = [greys([100, 102, 104, 106]), greys([101, 103])];

// Train: a trial of one epoch; a preset as it is takes `twoStagePresets.fast`.
const { small } = twoStagePresets;
const short = { epochs: 1, batchSize: 2 };
const config = {
  ...small,
  ieNet: { ...small.ieNet, inputSize: size },
  expertNet: { ...small.expertNet, inputSize: size },
  training: {
    ieNet: { ...small.training.ieNet, ...short },
    expertNet: { ...small.training.expertNet, ...short },
  },
};
const weights = randomWeights(vgg19, 0); // for use: weights trained on ImageNet
const detector = new TwoStage(config, { vgg19: weights });
await detector.fit(good, { seed: 0 });
const thresholds = await fitThresholds(detector, heldOut, { learnedFrom: good });

// Save.
const store = memoryStore(); // or `folderStore('runs/mine')` of @utad/files/node
const { count: images, fingerprint } = good;
const training = { dataset: 'mine', category: null, images, fingerprint, seed: 0 };
await saveBundle(store, detector, { thresholds, training, versions: {} });
detector.dispose();

// Load, and predict.
const opened = await openBundle(store, [twoStageKind], { assets: async () => weights });
const { scores } = await opened.detector.predict({ data: grey(250), shape: [1, 16, 16, 3] });
console.log(scores.length, opened.manifest.thresholds.images); // 1 2
opened.detector.dispose();
