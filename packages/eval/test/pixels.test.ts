import { readFileSync } from 'node:fs';
import type { Size } from '@utad/core';
import {
  aupro,
  averagePrecision,
  bestF1,
  bestIou,
  confusionAt,
  f1At,
  iouAt,
  iouPerImageAt,
  MetricError,
  minMax,
  PixelAccumulator,
  proCurve,
  quantile,
  rocAuc,
} from '@utad/eval';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

interface Case {
  name: string;
  size: [number, number];
  masks: number[];
  maps: number[];
  curve: { falsePositiveRate: number[]; overlap: number[] };
  /** Limit and value. */
  aupro: [number, number][];
  auroc: number;
  averagePrecision: number;
  bestF1: number;
  threshold: number;
  f1: number;
  iou: number;
  iouPerImage: { images: (number | null)[]; mean: number | null };
  quantiles: [number, number][];
}
const cases: Case[] = JSON.parse(readFileSync(new URL('fixtures/pixels.json', import.meta.url), 'utf8'));

const codeOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    if (error instanceof MetricError) return error.code;
    throw error;
  }
  return 'no error';
};

const accumulated = (masks: readonly number[], maps: readonly number[], size: Size): PixelAccumulator => {
  const pixels = new PixelAccumulator();
  const area = size[0] * size[1];
  for (let start = 0; start < masks.length; start += area) {
    pixels.add(Float32Array.from(maps.slice(start, start + area)), masks.slice(start, start + area), size);
  }
  return pixels;
};

describe.each(cases)('a definition by thresholds and regions in Python agrees: $name', (expected) => {
  const { size, masks, maps, threshold } = expected;

  it('on every point of the PRO curve', () => {
    const { falsePositiveRate, overlap, thresholds } = proCurve(masks, maps, size);
    expect([...falsePositiveRate]).toEqual(expected.curve.falsePositiveRate);
    expected.curve.overlap.forEach((value, i) => {
      expect(overlap[i]).toBeCloseTo(value, 13);
    });
    expect(overlap).toHaveLength(expected.curve.overlap.length);
    const distinct = [...new Set(maps)].toSorted((a, b) => b - a);
    expect([...thresholds]).toEqual([Number.POSITIVE_INFINITY, ...distinct]);
  });

  it('on AUPRO to any limit, in memory and map by map', () => {
    const pixels = accumulated(masks, maps, size);
    for (const [limit, value] of expected.aupro) {
      expect(aupro(masks, maps, size, { limit })).toBeCloseTo(value, 12);
      expect(pixels.aupro({ limit })).toBeCloseTo(value, 12);
    }
    const [, byDefault] = expected.aupro.find(([limit]) => limit === 0.3) ?? [];
    expect(aupro(masks, maps, size)).toBeCloseTo(byDefault ?? Number.NaN, 12);
    expect(pixels.aupro()).toBeCloseTo(byDefault ?? Number.NaN, 12);
  });

  it('on the metrics of all pixels, map by map', () => {
    const pixels = accumulated(masks, maps, size);
    expect(pixels.rocAuc()).toBeCloseTo(expected.auroc, 13);
    expect(pixels.averagePrecision()).toBeCloseTo(expected.averagePrecision, 13);
    expect(pixels.bestF1().f1).toBeCloseTo(expected.bestF1, 14);
    expect(pixels.f1At(threshold)).toBeCloseTo(expected.f1, 14);
    expect(pixels.iouAt(threshold)).toBeCloseTo(expected.iou, 14);
    const extent = Math.max(...maps.map(Math.abs));
    for (const [q, value] of expected.quantiles) {
      expect(pixels.quantile(q) / extent).toBeCloseTo(value / extent, 13);
    }
  });

  it('on IoU of each image', () => {
    const { images, mean } = iouPerImageAt(masks, maps, size, threshold);
    expect(images).toEqual(expected.iouPerImage.images);
    expect(mean).toBeCloseTo(expected.iouPerImage.mean ?? Number.NaN, 14);
  });
});

describe('by hand', () => {
  it('half a region found before any good pixel and half after one of two gives AUPRO 0.5', () => {
    const [mask, map] = [
      [0, 0, 1, 1],
      [0.1, 0.4, 0.35, 0.8],
    ];
    expect(aupro(mask, map, [1, 4])).toBeCloseTo(0.5, 15);
    expect(aupro(mask, map, [1, 4], { limit: 1 })).toBe(0.75);
    const { falsePositiveRate, overlap } = proCurve(mask, map, [1, 4]);
    expect([...falsePositiveRate]).toEqual([0, 0, 0.5, 0.5, 1]);
    expect([...overlap]).toEqual([0, 0.5, 0.5, 1, 1]);
  });

  it('interpolates at the limit within a tie', () => {
    // One step from (0, 0) to (1, 1): the area up to 0.3 is 0.3^2 / 2.
    expect(aupro([0, 1], [1, 1], [1, 2])).toBeCloseTo(0.15, 15);
    expect(accumulated([0, 1], [1, 1], [1, 2]).aupro()).toBeCloseTo(0.15, 15);
  });

  it('leaves an image out of the mean IoU where there is nothing to find and nothing found', () => {
    expect(iouPerImageAt([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.8], [1, 2], 0.5)).toEqual({
      images: [null, 0.5],
      mean: 0.5,
    });
    expect(iouPerImageAt([0, 0, 1, 1], [0.1, 0.6, 0.3, 0.8], [1, 2], 0.5)).toEqual({
      images: [0, 0.5],
      mean: 0.25,
    });
    expect(iouPerImageAt([0, 0], [0.1, 0.2], [1, 2], 0.5)).toEqual({ images: [null], mean: null });
  });
});

/** Two maps of scores that tie often; both classes occur. */
const maps = fc
  .record({
    height: fc.integer({ min: 1, max: 6 }),
    width: fc.integer({ min: 1, max: 6 }),
    labels: fc.array(fc.constantFrom(0, 0, 1), { minLength: 72, maxLength: 72 }),
    // Halves of small numbers of both signs: exact in float32, zero of either sign included.
    halves: fc.array(fc.oneof(fc.integer({ min: -30, max: 30 }), fc.constant(-0)), {
      minLength: 72,
      maxLength: 72,
    }),
  })
  .map(({ height, width, labels, halves }) => ({
    size: [height, width] as const,
    masks: labels.slice(0, 2 * height * width),
    scores: halves.slice(0, 2 * height * width).map((half) => half / 2),
  }))
  .filter(({ masks }) => new Set(masks).size === 2);
type Maps = typeof maps extends fc.Arbitrary<infer T> ? T : never;
const holds = (law: (sample: Maps) => void) => fc.assert(fc.property(maps, law));

describe('the per-region overlap', () => {
  it('has AUPRO as the area under its curve', () => {
    holds(({ masks, scores, size }) => {
      const { falsePositiveRate: x, overlap: y } = proCurve(masks, scores, size);
      let area = 0;
      for (let i = 1; i < x.length; i++) {
        area += (((x[i] ?? 0) - (x[i - 1] ?? 0)) * ((y[i] ?? 0) + (y[i - 1] ?? 0))) / 2;
      }
      expect(aupro(masks, scores, size, { limit: 1 })).toBeCloseTo(area, 12);
    });
  });

  it('does not change under a strictly monotone map', () => {
    holds(({ masks, scores, size }) => {
      const mapped = scores.map((score) => score ** 3 + 5);
      expect(aupro(masks, mapped, size)).toBe(aupro(masks, scores, size));
    });
  });

  it('of equal scores is half the limit', () => {
    holds(({ masks, size }) => {
      const equal = masks.map(() => 7);
      expect(aupro(masks, equal, size)).toBeCloseTo(0.15, 12);
    });
  });

  it('weighs a small and a large region the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), (small, large) => {
        // A row of each region and of good pixels; either region alone is found before any good pixel.
        const mask = [...Array(small).fill(1), 0, ...Array(large).fill(1), 0, 0];
        const foundSmall = mask.map((_, i) => (i < small ? 2 : i === small || i > small + large ? 1 : 0));
        const foundLarge = mask.map((_, i) => (i < small ? 0 : i === small || i > small + large ? 1 : 2));
        const size = [1, mask.length] as const;
        expect(aupro(mask, foundSmall, size)).toBeCloseTo(0.5, 12);
        expect(aupro(mask, foundLarge, size)).toBeCloseTo(0.5, 12);
      }),
    );
  });

  it('takes a diagonal for one region', () => {
    // The first pixel is found: a third of one region of three, where sides alone would make it one of two regions.
    const mask = [1, 0, 0, 0, 1, 1, 0, 0, 0];
    const map = [1, 0, 0, 0, 0, 0, 0, 0, 0];
    expect(proCurve(mask, map, [3, 3]).overlap[1]).toBeCloseTo(1 / 3, 15);
    const apart = [1, 0, 0, 0, 0, 1, 0, 0, 1];
    expect(proCurve(apart, map, [3, 3]).overlap[1]).toBe(0.5);
  });

  it('does not let regions reach into the next map', () => {
    // The last row of one mask and the first row of the next.
    const mask = [0, 0, 1, 1, 1, 1, 1, 0];
    const map = [0, 0, 1, 1, 0, 0, 0, 0];
    expect(proCurve(mask, map, [2, 2]).overlap[1]).toBe(0.5);
    expect(proCurve(mask, map, [4, 2]).overlap[1]).toBe(0.4);
  });
});

describe('an accumulator of pixels', () => {
  it('gives what the functions give over all pixels at once', () => {
    holds(({ masks, scores, size }) => {
      const pixels = accumulated(masks, scores, size);
      expect(pixels.rocAuc()).toBe(rocAuc(masks, scores));
      expect(pixels.averagePrecision()).toBe(averagePrecision(masks, scores));
      expect(pixels.bestF1()).toEqual(bestF1(masks, scores));
      expect(pixels.bestIou()).toEqual(bestIou(masks, scores));
      expect(pixels.aupro()).toBeCloseTo(aupro(masks, scores, size), 12);
      expect(pixels.quantile(0.37)).toBe(quantile(scores, 0.37) + 0);
      expect(pixels.minMax()).toEqual(minMax(scores.map((score) => score + 0)));
      for (const threshold of [-15.1, -3, -0, 0.25, 4.5, 15, 16]) {
        expect(pixels.confusionAt(threshold)).toEqual(confusionAt(masks, scores, threshold));
        expect(codeOf(() => pixels.f1At(threshold))).toBe(codeOf(() => f1At(masks, scores, threshold)));
      }
      expect(pixels.iouAt(Number.NEGATIVE_INFINITY)).toBe(iouAt(masks, scores, Number.NEGATIVE_INFINITY));
      expect(pixels.iouAt(Number.POSITIVE_INFINITY)).toBe(0);
    });
  });

  it('does not depend on the order of maps or on how many come at once', () => {
    holds(({ masks, scores, size }) => {
      const half = masks.length / 2;
      const swap = (values: readonly number[]) => [...values.slice(half), ...values.slice(0, half)];
      const all = new PixelAccumulator();
      all.add(Float32Array.from(scores), masks, size);
      for (const other of [accumulated(masks, scores, size), accumulated(swap(masks), swap(scores), size)]) {
        expect(other.rocAuc()).toBe(all.rocAuc());
        expect(other.averagePrecision()).toBe(all.averagePrecision());
        expect(other.aupro()).toBe(all.aupro());
        expect(other.bestF1()).toEqual(all.bestF1());
      }
    });
  });

  it('tells apart all float32 scores, whatever their size', () => {
    const float = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(0, 1), float), { minLength: 2, maxLength: 60 }),
        float,
        (pairs, threshold) => {
          const masks = [0, 1, ...pairs.map(([label]) => label)];
          const scores = [0, 0, ...pairs.map(([, score]) => score)];
          const pixels = accumulated(masks, scores, [1, masks.length]);
          expect(pixels.rocAuc()).toBe(rocAuc(masks, scores));
          expect(pixels.confusionAt(threshold)).toEqual(confusionAt(masks, scores, threshold));
          // Between two neighbouring float32 numbers.
          const between = threshold * (1 + 2 ** -30);
          expect(pixels.confusionAt(between)).toEqual(confusionAt(masks, scores, between));
          expect(pixels.bestF1().threshold).toBe(bestF1(masks, scores).threshold + 0);
          expect(pixels.minMax().max).toBe(minMax(scores).max + 0);
        },
      ),
    );
  });

  it('stays exact where scores are dense and where they tie a thousand times', () => {
    // Past every change of representation: lists of either class, bytes, and counts over 255.
    const count = 600_000;
    const random = lcg(1);
    const mask = Uint8Array.from({ length: count }, () => Number(random() < 0.3));
    const scores = Float32Array.from({ length: count }, (_, i) => {
      if (i % 3 === 0) return Math.fround(1 + Math.floor(random() * 200) / 2 ** 20);
      // 2^16 distinct scores between 1 and 1 + 2^-7: one page.
      return Math.fround(1 + Math.floor(random() * 2 ** 16 + (mask[i] ?? 0) * 500) / 2 ** 23);
    });
    const pixels = new PixelAccumulator();
    pixels.add(scores, mask, [600, 1000]);
    expect(pixels.rocAuc()).toBe(rocAuc(mask, scores));
    expect(pixels.averagePrecision()).toBeCloseTo(averagePrecision(mask, scores), 14);
    expect(pixels.bestIou()).toEqual(bestIou(mask, scores));
    expect(pixels.aupro()).toBeCloseTo(aupro(mask, scores, [600, 1000]), 12);
    expect(pixels.quantile(0.999)).toBe(quantile(scores, 0.999));
    expect(pixels.confusionAt(1.002)).toEqual(confusionAt(mask, scores, 1.002));
    expect(pixels.pixels.good + pixels.pixels.anomalous).toBe(count);
  });

  it('stays exact where scores repeat first and spread over all places later', () => {
    const size = [100, 1000] as const;
    const mask = Uint8Array.from({ length: 200_000 }, (_, i) => Number(i % 1000 < 400));
    const random = lcg(3);
    const scores = Float32Array.from(mask, (label, i) =>
      // The first map has 40 scores, the second up to 2^16, all on one page.
      Math.fround(2 + (i < 100_000 ? i % 40 : Math.floor(random() * 60_000) + 5000 * label) / 2 ** 22),
    );
    const pixels = new PixelAccumulator();
    for (let start = 0; start < 200_000; start += 100_000) {
      pixels.add(scores.subarray(start, start + 100_000), mask.subarray(start, start + 100_000), size);
    }
    expect(pixels.rocAuc()).toBe(rocAuc(mask, scores));
    expect(pixels.bestF1()).toEqual(bestF1(mask, scores));
    expect(pixels.aupro()).toBeCloseTo(aupro(mask, scores, size), 12);
    for (const q of [0, 0.1, 0.5, 0.9, 1]) expect(pixels.quantile(q)).toBe(quantile(scores, q));
  });

  it('keeps far less than the pixels when scores repeat', () => {
    const pixels = new PixelAccumulator();
    const map = Float32Array.from({ length: 256 * 256 }, (_, i) => (i % 1000) / 1000);
    const mask = new Uint8Array(map.length);
    mask.fill(1, 0, 5000);
    for (let i = 0; i < 200; i++) pixels.add(map, mask, [256, 256]);
    expect(pixels.pixels.good).toBe(200 * (256 * 256 - 5000));
    // 52 MB as float32: half as much and no more, however many maps follow.
    expect(pixels.byteLength).toBeLessThan(26e6);
    for (let i = 0; i < 200; i++) pixels.add(map, mask, [256, 256]);
    expect(pixels.byteLength).toBeLessThan(26e6);
    expect(pixels.rocAuc()).toBeCloseTo(rocAuc(mask, map), 13);
    expect(pixels.aupro()).toBeCloseTo(aupro(mask, map, [256, 256]), 12);
    expect(pixels.confusionAt(0.5).truePositives).toBe(400 * 2500);
  });

  describe('merges with another one, whatever form the counts of either have', () => {
    const side = [300, 500] as const;
    const count = 150_000;
    // All on one page: from 1 to 1 + 2^-7.
    const pageOf = (seed: number, places: number, { pixels = count, heaped = 0 } = {}) => {
      const random = lcg(seed);
      const mask = Uint8Array.from({ length: pixels }, () => Number(random() < 0.4));
      const scores = Float32Array.from(mask, (label) => {
        const at = random() < heaped ? random() * 100 : (random() * 0.9 + 0.1 * label) * places;
        return Math.fround(1 + Math.floor(at) / 2 ** 23);
      });
      return { mask, scores, size: pixels === count ? side : ([1, pixels] as const) };
    };
    const forms = {
      'a list': pageOf(1, 2 ** 16, { pixels: 900 }),
      'a tally and a list': pageOf(2, 200),
      'a table': pageOf(3, 2 ** 16),
      'a table of counts above 255': pageOf(4, 2 ** 16, { heaped: 0.6 }),
    };
    const pairs = Object.entries(forms).flatMap(([a, first]) =>
      Object.entries(forms).map(([b, second]) => ({ a, b, first, second })),
    );
    const counted = ({ scores, mask, size }: ReturnType<typeof pageOf>, into = new PixelAccumulator()) => {
      into.add(scores, mask, size);
      return into;
    };

    it.each(pairs)('$b into $a', ({ first, second }) => {
      const together = counted(second, counted(first));
      const merged = counted(first);
      const other = counted(second);
      merged.merge(other);
      expect(merged.pixels).toEqual(together.pixels);
      expect(merged.rocAuc()).toBe(together.rocAuc());
      expect(merged.averagePrecision()).toBe(together.averagePrecision());
      expect(merged.aupro()).toBeCloseTo(together.aupro(), 12);
      expect(merged.confusionAt(1.003)).toEqual(together.confusionAt(1.003));
      expect(merged.byteLength).toBeLessThan(1.3 * together.byteLength);
      expect(other.aupro()).toBe(counted(second).aupro());
      // What comes afterwards is counted as before.
      counted(first, merged);
      expect(merged.rocAuc()).toBe(counted(first, together).rocAuc());
    });
  });

  it('draws curves of exact points, close to each other', () => {
    const random = lcg(2);
    const mask = Uint8Array.from({ length: 40_000 }, (_, i) => Number(i % 200 < 20));
    const scores = Float32Array.from(mask, (label) => random() + 0.3 * label);
    const pixels = new PixelAccumulator();
    pixels.add(scores, mask, [200, 200]);
    const { thresholds, falsePositiveRate, truePositiveRate, precision, overlap } = pixels.curves({
      points: 50,
    });
    expect(thresholds.length).toBeGreaterThan(50);
    expect(thresholds.length).toBeLessThan(400);
    for (const [i, threshold] of thresholds.entries()) {
      const counts = confusionAt(mask, scores, threshold);
      expect(falsePositiveRate[i]).toBe(counts.falsePositives / 36_000);
      expect(truePositiveRate[i]).toBe(counts.truePositives / 4_000);
      if (i === 0) continue;
      expect(precision[i]).toBe(counts.truePositives / (counts.truePositives + counts.falsePositives));
      const step = (rate: Float64Array) => (rate[i] ?? 0) - (rate[i - 1] ?? 0);
      expect(Math.max(step(truePositiveRate), step(overlap))).toBeLessThanOrEqual(1 / 50 + 1e-12);
      if (step(truePositiveRate) > 0) expect(step(falsePositiveRate)).toBeLessThanOrEqual(1 / 50 + 1e-12);
    }
    // One region: the overlap is the share of its pixels.
    overlap.forEach((value, i) => {
      expect(value).toBeCloseTo(truePositiveRate[i] ?? 0, 10);
    });
    expect([falsePositiveRate.at(-1), truePositiveRate.at(-1), precision[0]]).toEqual([1, 1, 1]);
    expect(overlap.at(-1)).toBeCloseTo(1, 10);
  });

  it('counts nothing of a map that it refuses', () => {
    const pixels = new PixelAccumulator();
    pixels.add(Float32Array.of(0, 1), [0, 1], [1, 2]);
    expect(() => pixels.add(Float32Array.of(0, Number.NaN), [0, 1], [1, 2])).toThrow(
      'PixelAccumulator.add: expected finite scores, received NaN at index 1',
    );
    expect(codeOf(() => pixels.add(Float32Array.of(Number.NEGATIVE_INFINITY), [0], [1, 1]))).toBe(
      'not-finite',
    );
    expect(codeOf(() => pixels.add(Float32Array.of(0, 1), [0, 2], [1, 2]))).toBe('label');
    expect(codeOf(() => pixels.add(Float32Array.of(0, 1), [0], [1, 2]))).toBe('length');
    expect(codeOf(() => pixels.add(Float32Array.of(0, 1), [0, 1], [2, 2]))).toBe('length');
    expect(codeOf(() => pixels.add(Float32Array.of(0, 1), [0, 1], [0, 2]))).toBe('range');
    // @ts-expect-error a caller without types
    expect(codeOf(() => pixels.add([0, 1], [0, 1], [1, 2]))).toBe('not-float32');
    expect(pixels.pixels).toEqual({ good: 1, anomalous: 1 });
    expect(pixels.rocAuc()).toBe(1);
  });

  it('reads a map that is a part of a larger array', () => {
    const pixels = new PixelAccumulator();
    pixels.add(Float32Array.of(9, 9, 0, 1).subarray(2), [0, 1], [1, 2]);
    expect(pixels.minMax()).toEqual({ min: 0, max: 1 });
  });
});

describe('a pixel metric that is undefined says why', () => {
  it('needs a region and a good pixel for the per-region overlap', () => {
    expect(() => aupro([0, 0], [1, 2], [1, 2])).toThrow(
      'aupro: expected ground truth pixels of both classes, received 2 zeros',
    );
    expect(codeOf(() => aupro([1, 1], [1, 2], [1, 2]))).toBe('one-class');
    expect(codeOf(() => proCurve([0, 0], [1, 2], [1, 2]))).toBe('one-class');
    expect(codeOf(() => accumulated([0, 0], [1, 2], [1, 2]).aupro())).toBe('one-class');
    expect(codeOf(() => accumulated([0, 0], [1, 2], [1, 2]).rocAuc())).toBe('one-class');
    expect(codeOf(() => accumulated([0, 0], [1, 2], [1, 2]).curves())).toBe('one-class');
    expect(codeOf(() => accumulated([0, 0], [1, 2], [1, 2]).averagePrecision())).toBe('no-positives');
    expect(codeOf(() => accumulated([0, 0], [1, 2], [1, 2]).bestIou())).toBe('no-positives');
    expect(codeOf(() => new PixelAccumulator().minMax())).toBe('empty');
    expect(codeOf(() => new PixelAccumulator().quantile(0.5))).toBe('empty');
  });

  it('refuses NaN, lengths that differ, and parameters outside their range', () => {
    expect(codeOf(() => aupro([0, 1], [1, Number.NaN], [1, 2]))).toBe('not-finite');
    expect(codeOf(() => proCurve([0, 1], [Number.NaN, 1], [1, 2]))).toBe('not-finite');
    expect(codeOf(() => iouPerImageAt([0, 1], [Number.NaN, 1], [1, 2], 0))).toBe('not-finite');
    expect(codeOf(() => iouPerImageAt([0, 1], [1, 1], [1, 2], Number.NaN))).toBe('range');
    expect(codeOf(() => iouPerImageAt([0, 1], [1, 1], [1, 3], 0))).toBe('length');
    expect(codeOf(() => aupro([0, 1, 0], [1, 2, 3], [1, 2]))).toBe('length');
    expect(codeOf(() => aupro([0, 1], [1, 2, 3], [1, 2]))).toBe('length');
    expect(codeOf(() => aupro([0, 3], [1, 2], [1, 2]))).toBe('label');
    for (const limit of [0, -1, 1.1, Number.NaN]) {
      expect(codeOf(() => aupro([0, 1], [1, 2], [1, 2], { limit }))).toBe('range');
      expect(codeOf(() => accumulated([0, 1], [1, 2], [1, 2]).aupro({ limit }))).toBe('range');
    }
    expect(codeOf(() => accumulated([0, 1], [1, 2], [1, 2]).iouAt(Number.NaN))).toBe('range');
    expect(codeOf(() => accumulated([0, 1], [1, 2], [1, 2]).quantile(2))).toBe('range');
    expect(codeOf(() => accumulated([0, 1], [1, 2], [1, 2]).curves({ points: 0.5 }))).toBe('range');
  });
});

/** Numbers in [0, 1) that are the same every time (Numerical Recipes' linear congruential generator). */
function lcg(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
