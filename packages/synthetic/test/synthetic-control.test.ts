import type { ImageRecord } from '@utad/core';
import { SYNTHETIC_CATEGORIES, SYNTHETIC_PRODUCTS, SyntheticError, synthesize } from '@utad/synthetic';
import { describe, expect, it } from 'vitest';

/** Share of a square image that is defective, and the mean absolute change there, on [0, 1]. */
function measured({ image, mask = new Uint8Array(), cleanTwin = new Uint8Array() }: ImageRecord) {
  const pixels = mask.reduce((sum, value) => sum + value, 0);
  let change = 0;
  for (const [index, value] of image.entries()) change += Math.abs(value - (cleanTwin[index] ?? 0));
  return { size: pixels / mask.length, contrast: change / (3 * 255 * pixels) };
}

const within = (value: number, aim: number, tolerated: number) =>
  Math.abs(value - aim) <= Math.max(aim / 10, tolerated) + 1e-9;

describe.each(SYNTHETIC_CATEGORIES)('a defect of the synthetic %s', (category) => {
  const { defects, onRequest } = SYNTHETIC_PRODUCTS[category];
  const kinds = [...defects, ...onRequest];

  it.each(kinds)('%s has the size and the contrast that were asked for', (kind) => {
    for (const side of [32, 64])
      for (const defectSize of [0.005, 0.03, 0.08])
        for (const contrast of [0.03, 0.12]) {
          const size = [side, side] as const;
          const one = { category, split: 'test', count: 0, defects: [kind], defective: 2, size } as const;
          for (const index of [0, 1]) {
            const found = measured(synthesize({ ...one, defectSize, contrast }).record(index));
            expect(found).toSatisfy(() => within(found.size, defectSize, 2 / side ** 2));
            expect(found).toSatisfy(() => within(found.contrast, contrast, 1 / 255));
          }
        }
  });
});

describe('the size and the contrast of defects', () => {
  const set = { category: 'steel', split: 'validation', count: 0, defects: ['hole'], defective: 24 } as const;
  const all = (options: { defectSize?: readonly [number, number]; contrast?: readonly [number, number] }) => {
    const data = synthesize({ ...set, ...options });
    return data.entries.map((_, index) => measured(data.record(index)));
  };
  const spread = (values: number[]) => Math.max(...values) - Math.min(...values);

  it('spread over a range that was asked for, each alone', () => {
    const sizes = all({ defectSize: [0.01, 0.06] }).map(({ size }) => size);
    expect(Math.min(...sizes)).toBeGreaterThan(0.009);
    expect(Math.max(...sizes)).toBeLessThan(0.066);
    expect(spread(sizes)).toBeGreaterThan(0.025);
    const contrasts = all({ contrast: [0.05, 0.3] }).map(({ contrast }) => contrast);
    expect(Math.min(...contrasts)).toBeGreaterThan(0.045);
    expect(Math.max(...contrasts)).toBeLessThan(0.33);
    expect(spread(contrasts)).toBeGreaterThan(0.12);
  });

  it('grow and fade with severity where neither is asked for', () => {
    const mean = (severity: number) => {
      const data = synthesize({ ...set, severity });
      const found = data.entries.map((_, index) => measured(data.record(index)));
      const of = (pick: (one: ReturnType<typeof measured>) => number) =>
        found.reduce((sum, one) => sum + pick(one), 0) / found.length;
      return { size: of(({ size }) => size), contrast: of(({ contrast }) => contrast) };
    };
    const [faint, usual, severe] = [mean(0), mean(0.5), mean(1)];
    expect(faint.size / usual.size).toBeCloseTo(0.5, 1);
    expect(severe.size / usual.size).toBeCloseTo(2, 0);
    expect(faint.contrast / usual.contrast).toBeCloseTo(0.4, 1);
  });

  it('are refused by name when no draw comes near: a dent in a weave never changes it by half the range', () => {
    const data = synthesize({
      category: 'weave',
      split: 'test',
      count: 0,
      defective: 1,
      defects: ['deformation'],
      size: [32, 32],
      contrast: 0.6,
    });
    expect(() => data.record(0)).toThrow(SyntheticError);
    expect(() => data.record(0)).toThrow(
      /^synthesize: expected a deformation of size any and contrast 0.6 to 0.6, drew 0\.\d+ and 0\.\d+ at the nearest$/,
    );
  });
});
