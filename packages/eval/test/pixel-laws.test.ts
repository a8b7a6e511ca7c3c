import { aupro, connectedRegions, PixelAccumulator, proCurve, regionsAt } from '@utad/eval';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const SIDE = 5;
const AREA = SIDE * SIDE;
const size = [SIDE, SIDE] as const;

/** One to four maps with scores that tie now and then and are exact in float32; both classes occur. */
const samples = fc
  .array(
    fc.record({
      mask: fc.array(fc.constantFrom(0, 0, 1), { minLength: AREA, maxLength: AREA }),
      scores: fc.array(fc.integer({ min: -40, max: 40 }), { minLength: AREA, maxLength: AREA }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .filter((maps) => new Set(maps.flatMap(({ mask }) => mask)).size === 2);
type Sample = { mask: number[]; scores: number[] };

const masksOf = (maps: readonly Sample[]) => maps.flatMap(({ mask }) => mask);
const scoresOf = (maps: readonly Sample[]) => maps.flatMap(({ scores }) => scores);
const accumulated = (maps: readonly Sample[]) => {
  const pixels = new PixelAccumulator();
  for (const { mask, scores } of maps) pixels.add(Float32Array.from(scores), mask, size);
  return pixels;
};
/** Every number that pixels have. */
const numbersOf = (pixels: PixelAccumulator) => ({
  auroc: pixels.rocAuc(),
  averagePrecision: pixels.averagePrecision(),
  f1: pixels.bestF1().f1,
  iou: pixels.bestIou().iou,
});
const holds = (law: (maps: Sample[]) => void) => fc.assert(fc.property(samples, law));

describe('pixels counted as they come', () => {
  it('have areas of scores and of their negatives that add up to 1', () => {
    holds((maps) => {
      const negated = maps.map(({ mask, scores }) => ({ mask, scores: scores.map((score) => -score) }));
      expect(accumulated(maps).rocAuc() + accumulated(negated).rocAuc()).toBeCloseTo(1, 14);
    });
  });

  it('have the same numbers under a strictly monotone map', () => {
    holds((maps) => {
      const mapped = maps.map(({ mask, scores }) => ({ mask, scores: scores.map((s) => s ** 3 + 5) }));
      expect(numbersOf(accumulated(mapped))).toEqual(numbersOf(accumulated(maps)));
      expect(accumulated(mapped).aupro()).toBe(accumulated(maps).aupro());
    });
  });

  it('have AUROC 0.5, and half the limit as AUPRO, where all scores tie', () => {
    holds((maps) => {
      const tied = accumulated(maps.map(({ mask, scores }) => ({ mask, scores: scores.map(() => 7) })));
      expect(tied.rocAuc()).toBe(0.5);
      expect(tied.aupro()).toBeCloseTo(0.15, 12);
    });
  });

  it('have IoU = F1 / (2 - F1) at every threshold, and the best F1 at the threshold named', () => {
    holds((maps) => {
      const pixels = accumulated(maps);
      const { f1, threshold } = pixels.bestF1();
      expect(pixels.f1At(threshold)).toBe(f1);
      expect(pixels.iouAt(pixels.bestIou().threshold)).toBe(pixels.bestIou().iou);
      for (const at of scoresOf(maps)) {
        const here = pixels.f1At(at);
        expect(here).toBeLessThanOrEqual(f1);
        expect(pixels.iouAt(at)).toBeCloseTo(here / (2 - here), 14);
      }
    });
  });

  it('have the same numbers counted together and in two parts that are merged', () => {
    fc.assert(
      fc.property(samples, fc.nat(4), (maps, first) => {
        const whole = accumulated(maps);
        const parts = [maps.slice(0, first), maps.slice(first)].map(accumulated);
        const merged = new PixelAccumulator();
        for (const part of parts) merged.merge(part);
        expect(merged.pixels).toEqual(whole.pixels);
        expect(numbersOf(merged)).toEqual(numbersOf(whole));
        expect(merged.aupro()).toBeCloseTo(whole.aupro(), 12);
        expect(merged.minMax()).toEqual(whole.minMax());
      }),
    );
  });

  it('have the same numbers in any order of maps, and in any batches', () => {
    fc.assert(
      fc.property(
        samples.chain((maps) =>
          fc.record({
            maps: fc.constant(maps),
            order: fc.shuffledSubarray([...maps.keys()], { minLength: maps.length }),
            cut: fc.integer({ min: 0, max: maps.length }),
          }),
        ),
        ({ maps, order, cut }) => {
          const shuffled = order.flatMap((index) => maps[index] ?? []);
          const batches = new PixelAccumulator();
          for (const batch of [shuffled.slice(0, cut), shuffled.slice(cut)]) {
            batches.add(Float32Array.from(scoresOf(batch)), masksOf(batch), size);
          }
          const all = accumulated(maps);
          expect(numbersOf(batches)).toEqual(numbersOf(all));
          expect(batches.aupro()).toBeCloseTo(all.aupro(), 12);
          expect(aupro(masksOf(shuffled), scoresOf(shuffled), size)).toBeCloseTo(
            aupro(masksOf(maps), scoresOf(maps), size),
            12,
          );
        },
      ),
    );
  });
});

describe('regions', () => {
  const shapes = fc.record({
    length: fc.integer({ min: 1, max: 9 }),
    x: fc.integer({ min: 0, max: 5 }),
    y: fc.integer({ min: 0, max: 5 }),
    down: fc.boolean(),
  });

  it('that are diagonals of any length and direction are one', () => {
    fc.assert(
      fc.property(shapes, ({ length, x, y, down }) => {
        const side = 16;
        const mask = new Uint8Array(side * side);
        for (let i = 0; i < length; i++) mask[(down ? y + i : y + length - 1 - i) * side + x + i] = 1;
        const expected = { box: { x, y, width: length, height: length }, area: length };
        expect(connectedRegions(mask, [side, side]).regions).toEqual([expected]);
        expect(regionsAt(mask, [side, side], 1)).toEqual([{ ...expected, peak: 1 }]);
        // Its first pixel alone is found: the share of one region that it is.
        const map = mask.slice().fill(0);
        map[mask.indexOf(1)] = 1;
        expect(proCurve(mask, map, [side, side]).overlap[1]).toBeCloseTo(1 / length, 14);
      }),
    );
  });

  it('weigh the same in the overlap, whatever their areas', () => {
    const rectangle = fc.record({
      width: fc.integer({ min: 1, max: 7 }),
      height: fc.integer({ min: 1, max: 7 }),
      found: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(rectangle, { minLength: 1, maxLength: 6 }), (regions) => {
        // Side by side with a column of good pixels after each; those found score higher than all that is good.
        const width = regions.length * 8;
        const mask = new Uint8Array(8 * width);
        const map = new Float32Array(8 * width).fill(1);
        for (const [i, region] of regions.entries()) {
          for (let y = 0; y < region.height; y++) {
            for (let x = 0; x < region.width; x++) {
              mask[y * width + i * 8 + x] = 1;
              map[y * width + i * 8 + x] = region.found ? 2 : 0;
            }
          }
        }
        const share = regions.filter(({ found }) => found).length / regions.length;
        expect(aupro(mask, map, [8, width])).toBeCloseTo(share, 12);
        const pixels = new PixelAccumulator();
        pixels.add(map, mask, [8, width]);
        expect(pixels.aupro()).toBeCloseTo(share, 12);
      }),
    );
  });
});

it('takes the memory that the README says of smooth maps with noise', () => {
  const pixels = new PixelAccumulator();
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const [side, maps] = [128, 60];
  const map = new Float32Array(side * side);
  const mask = new Uint8Array(side * side);
  for (let k = 0; k < maps; k++) {
    mask.fill(0);
    for (let i = 0; i < map.length; i++) {
      const [y, x] = [Math.floor(i / side), i % side];
      const inside = k % 2 === 0 && (y - 40) ** 2 + (x - 50) ** 2 < 100;
      mask[i] = Number(inside);
      map[i] = 0.3 + 0.1 * Math.sin(y / 20 + k) * Math.cos(x / 15) + 0.05 * random() + (inside ? 0.2 : 0);
    }
    pixels.add(map, mask, [side, side]);
  }
  const { good, anomalous } = pixels.pixels;
  // 4 bytes for each good pixel and 12 for each anomalous one at most, and the empty tables.
  expect(pixels.byteLength).toBeLessThan(4 * good + 12 * anomalous + 100_000);
});
