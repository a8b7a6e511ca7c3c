/**
 * A memory bank of your own: average-pooled pixels of good images, and the distance of new ones to the nearest of them.
 *
 *     utad train --detector ./nearest-pixels.mjs --root photos/good --out runs/nearest
 *     utad evaluate runs/nearest --detector ./nearest-pixels.mjs --root photos
 */
const KIND = 'nearest-pixels';

/** @returns {import('@utad/detector').DetectorKind} */
export default function nearestPixelsKind({ core: { readImages }, detector }) {
  const { expectImageSize, reduceMaps, stateTensor } = detector;

  /** Means over cells of `cell` x `cell` pixels: a vector of three numbers for each. */
  function pooled({ data, shape: [, , width] }, cell) {
    const columns = width / cell;
    const means = new Float32Array(data.length / cell ** 2); // [B, height / cell, columns, 3]
    for (const [at, byte] of data.entries()) {
      const pixel = Math.floor(at / 3);
      const row = Math.floor(pixel / width / cell); // counted through the batch
      const column = Math.floor((pixel % width) / cell);
      means[(row * columns + column) * 3 + (at % 3)] += byte / (255 * cell ** 2);
    }
    return means;
  }

  class NearestPixels {
    kind = KIND;

    constructor(config, bank = new Float32Array()) {
      Object.assign(this, { config, inputSize: [config.size, config.size], bank }); // bank: [N, 3]
    }

    async fit(data, { signal } = {}) {
      const kept = [];
      for await (const { images } of readImages(data, { size: this.inputSize })) {
        signal?.throwIfAborted();
        kept.push(...pooled(images, this.config.cell));
      }
      this.bank = Float32Array.from(kept);
      return { stages: [{ stage: KIND, epochs: [] }] };
    }

    async predict(images) {
      expectImageSize(images, this.inputSize);
      const [count, height, width] = images.shape;
      const { cell } = this.config;
      const { bank } = this;
      const vectors = pooled(images, cell);
      const maps = Float32Array.from({ length: vectors.length / 3 }, (_, index) => {
        const [r, g, b] = vectors.subarray(index * 3, index * 3 + 3);
        let nearest = Number.POSITIVE_INFINITY;
        for (let at = 0; at < bank.length; at += 3) {
          nearest = Math.min(nearest, Math.hypot(r - bank[at], g - bank[at + 1], b - bank[at + 2]));
        }
        return nearest;
      });
      const mapSize = [height / cell, width / cell];
      // A score of its own: the mean of the tenth of the map that is highest.
      return { scores: reduceMaps(maps, count, { highest: 0.1 }), maps, mapSize };
    }

    state = async () => new Map([['bank', { data: this.bank, shape: [this.bank.length / 3, 3] }]]);
    dispose() {}
  }

  return {
    kind: KIND,
    presets: { plain: { size: 64, cell: 8 } },
    create: async (config) => new NearestPixels(config),
    restore: async (state, config) => new NearestPixels(config, stateTensor(state, 'bank', [null, 3]).data),
  };
}
