/**
 * A detector of your own: the anomaly map is the distance to the mean of the good images.
 *
 *     utad train --detector ./mean-image.mjs --root photos/good --out runs/mean
 *     utad evaluate runs/mean --detector ./mean-image.mjs --root photos
 *
 * It takes the program's own copies of `@utad/core` and `@utad/detector`, so nothing need be installed beside it. A module
 * that imports its own may export the object itself.
 */
const KIND = 'mean-image';

/** Any Standard Schema does, such as one of zod's; by hand it is a function that lists what is wrong, and where. */
function validate(config) {
  const issues = [];
  if (!(Number.isInteger(config.size) && config.size >= 8)) {
    issues.push({ message: 'expected a whole number of pixels from 8', path: ['size'] });
  }
  if (config.reduction !== 'mean' && config.reduction !== 'max') {
    issues.push({ message: 'expected mean or max', path: ['reduction'] });
  }
  return issues.length > 0 ? { issues } : { value: config };
}

/** @returns {import('@utad/detector').DetectorKind} */
export default function meanImageKind({ core: { readImages }, detector: { expectImageSize, reduceMaps } }) {
  class MeanImage {
    kind = KIND;

    constructor(config, mean = new Float32Array(config.size ** 2 * 3)) {
      this.config = config;
      this.inputSize = [config.size, config.size];
      this.reduction = config.reduction;
      this.mean = mean;
    }

    async fit(data, { signal, onEvent } = {}) {
      const began = performance.now();
      onEvent?.({ type: 'stage', stage: KIND, epochs: 1, stepsPerEpoch: data.count, from: 0 });
      const sum = new Float64Array(this.mean.length);
      let [squares, step] = [0, 0];
      for await (const { images } of readImages(data, { batchSize: 1, size: this.inputSize })) {
        signal?.throwIfAborted();
        for (const [index, byte] of images.data.entries()) {
          sum[index] += byte / 255;
          squares += (byte / 255) ** 2;
        }
        onEvent?.({ type: 'step', stage: KIND, epoch: 1, step: ++step, steps: data.count });
      }
      this.mean = Float32Array.from(sum, (value) => value / data.count);
      const square = this.mean.reduce((total, value) => total + value ** 2, 0) / this.mean.length;
      const losses = { variance: squares / (data.count * this.mean.length) - square };
      return { stages: [{ stage: KIND, epochs: [{ losses, seconds: (performance.now() - began) / 1000 }] }] };
    }

    /** @param images RGB bytes `[B, H, W, 3]` */
    async predict(images) {
      expectImageSize(images, this.inputSize);
      const { data, shape } = images;
      const [count, height, width] = shape;
      const maps = new Float32Array(count * height * width); // [B, H, W]
      for (const [index, byte] of data.entries()) {
        maps[Math.floor(index / 3)] += Math.abs(byte / 255 - this.mean[index % this.mean.length]) / 3;
      }
      const mean = new Uint8Array(data.length);
      for (const index of mean.keys()) mean[index] = Math.round(this.mean[index % this.mean.length] * 255);
      return {
        scores: reduceMaps(maps, count, this.reduction),
        maps,
        mapSize: [height, width],
        pictures: { mean: { data: mean, shape: [count, height, width, 3] } },
      };
    }

    async state() {
      return new Map([['mean', { data: this.mean, shape: [...this.inputSize, 3] }]]);
    }

    dispose() {}
  }

  return {
    kind: KIND,
    presets: { plain: { size: 64, reduction: 'mean' } },
    schema: { '~standard': { version: 1, vendor: KIND, validate } },
    create: async (config) => new MeanImage(config),
    // Bundles of format 1 could hold networks alone: there the mean was the weights of a layer.
    restore: async (state, config) =>
      new MeanImage(config, (state.get('mean') ?? state.get('mean/mean/kernel')).data),
  };
}
