import { type Dataset, type ImageBatch, memoryStore } from '@utad/core';
import {
  type AnomalyDetector,
  type DetectorKind,
  fitThresholds,
  openBundle,
  predictWhole,
  reduceMaps,
  saveBundle,
  withRoi,
} from '@utad/detector';
import { describe, expect, it } from 'vitest';
import { dataOf } from '../../../scripts/testing/records';

/** Its map is the red channel, and it remembers the brightest red that it was shown. */
class Redness implements AnomalyDetector {
  readonly kind = 'redness';
  readonly config = {};
  readonly inputSize = [2, 2] as const;
  readonly reduction = 'mean' as const;
  brightest = 0;

  async fit(data: Dataset) {
    for await (const { image } of data.records([0])) this.brightest = Math.max(...image);
    return { stages: [] };
  }

  async predict({ data, shape: [count] }: ImageBatch) {
    const maps = Float32Array.from({ length: count * 4 }, (_, pixel) => data[pixel * 3] ?? 0);
    return { maps, mapSize: this.inputSize, scores: reduceMaps(maps, count, this.reduction) };
  }

  state = async () => new Map();
  dispose() {}
}

const kind: DetectorKind = {
  kind: 'redness',
  presets: { plain: {} },
  create: async () => new Redness(),
  restore: async () => new Redness(),
};
const reds = (...values: number[]): Uint8Array => Uint8Array.from(values.flatMap((value) => [value, 0, 0]));
const image: ImageBatch = { data: reds(10, 20, 30, 200), shape: [1, 2, 2, 3] };
/** All but the last pixel. */
const roi = { mask: Uint8Array.of(1, 1, 1, 0), size: [2, 2] as const };

describe('outside a region of interest', () => {
  it('nothing is learned', async () => {
    const inner = new Redness();
    const record = { id: 'one', label: 0, defectType: 'good', size: [2, 2], channels: 3 } as const;
    await withRoi(inner, roi).fit(dataOf([{ ...record, image: image.data }]));
    expect(inner.brightest).toBe(30);
  });

  it('maps are 0, and count neither in scores nor in what a map is reduced to', async () => {
    const { maps, scores, reductions, resized } = await predictWhole(withRoi(new Redness(), roi), image, {
      resizeTo: [1, 1],
    });
    expect([...maps]).toEqual([10, 20, 30, 0]);
    expect([...scores]).toEqual([20]);
    expect([[...reductions.mean], [...reductions.max]]).toEqual([[20], [30]]);
    expect([...resized]).toEqual([15]);
  });

  it('pixels do not count in thresholds: of 10, 20 and 30 the 0.999 quantile', async () => {
    const record = { id: 'one', label: 0, defectType: 'good', size: [2, 2], channels: 3 } as const;
    const data = dataOf([{ ...record, image: image.data }]);
    const thresholds = await fitThresholds(withRoi(new Redness(), roi), data);
    expect(thresholds).toMatchObject({ image: 20, images: 1 });
    expect(thresholds.pixel).toBeCloseTo(20 + 10 * 0.998, 4);
  });

  it('stays so in a bundle', async () => {
    const store = memoryStore();
    const detector = withRoi(new Redness(), roi);
    await saveBundle(store, detector, {
      thresholds: { image: 1, pixel: 1, images: 1 },
      training: { dataset: 'reds', category: null, images: 1, fingerprint: 'f', seed: 0 },
      versions: {},
    });
    const opened = await openBundle(store, [kind]);
    expect(await opened.detector.predict(image)).toEqual(await detector.predict(image));
  });
});

it('is refused where nothing is inside, or the mask is not of its size', () => {
  const size = [2, 2] as const;
  expect(() => withRoi(new Redness(), { mask: new Uint8Array(4), size })).toThrow(
    'roi: expected pixels inside at 2x2, received none',
  );
  expect(() => withRoi(new Redness(), { mask: new Uint8Array(3), size })).toThrow(
    'roi: expected 4 values for 2x2, received 3',
  );
});
