import {
  averagePrecision,
  bootstrapDifference,
  bootstrapInterval,
  bootstrapValues,
  differenceOfValues,
  intervalOfValues,
  rocAuc,
} from '@utad/eval';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const score = fc.double({ min: 0, max: 1, noNaN: true });
const images = fc
  .array(fc.tuple(score, score, score), { minLength: 4, maxLength: 20 })
  .map((drawn) => drawn.map(([base, a, b], index) => ({ label: index % 2, a: base + a, b: base + b })));
const options = fc.record({
  method: fc.constantFrom('bca' as const, 'percentile' as const),
  seed: fc.nat(5),
  resamples: fc.constant(60),
  confidence: fc.constantFrom(0.9, 0.95),
});

/** What a function gives, or the code of what it throws. */
function outcome(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
}

describe('values of a bootstrap', () => {
  it('have the interval that is made in one go, and so have their differences', () => {
    fc.assert(
      fc.property(images, options, (drawn, how) => {
        const labels = drawn.map(({ label }) => label);
        const [a, b] = [drawn.map((image) => image.a), drawn.map((image) => image.b)];
        for (const metric of [rocAuc, averagePrecision]) {
          const [ofA, ofB] = [a, b].map((scores) => bootstrapValues(labels, scores, metric, how));
          if (!(ofA && ofB)) throw new Error('expected two');
          expect(outcome(() => intervalOfValues(ofA))).toEqual(
            outcome(() => bootstrapInterval(labels, a, metric, how)),
          );
          expect(outcome(() => intervalOfValues(differenceOfValues(ofA, ofB)))).toEqual(
            outcome(() => bootstrapDifference(labels, a, b, metric, how)),
          );
        }
      }),
      { numRuns: 30 },
    );
  });

  it('are one for each resample, and one for each image left out where the method needs it', () => {
    const [labels, scores] = [
      [0, 0, 0, 1, 1],
      [0.1, 0.2, 0.6, 0.5, 0.9],
    ];
    const bca = bootstrapValues(labels, scores, rocAuc, { resamples: 7 });
    expect(bca.estimate).toBe(5 / 6);
    expect(bca.resampled).toHaveLength(7);
    // Without the third the order is perfect; without the first or second three of four pairs are right.
    expect(bca.withoutEach).toEqual([
      [0.75, 0.75, 1],
      [1, 2 / 3],
    ]);
    expect(bootstrapValues(labels, scores, rocAuc, { method: 'percentile' }).withoutEach).toEqual([]);
  });

  it('refuse what an interval refuses', () => {
    expect(() => bootstrapValues([0, 1, 1], [1, 2, 3], rocAuc)).toThrow('two samples or more of a class');
    expect(() => bootstrapValues([0, 0, 1, 1], [1, 2, 3], rocAuc)).toThrow(
      expect.objectContaining({ code: 'length' }),
    );
  });

  it.each([
    ['numbers of resamples', [0, 0, 1, 1], { resamples: 6 }],
    ['methods', [0, 0, 1, 1], { resamples: 7, method: 'percentile' }],
    ['numbers of images', [0, 0, 0, 1, 1], { resamples: 7 }],
  ] as const)('of different %s have no difference', (_, labels, how) => {
    const scores = [0.1, 0.4, 0.35, 0.8, 0.9];
    const a = bootstrapValues([0, 0, 1, 1], scores.slice(0, 4), rocAuc, { resamples: 7 });
    const b = bootstrapValues(labels, scores.slice(0, labels.length), rocAuc, how);
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      expect(() => differenceOfValues(one, other)).toThrow(expect.objectContaining({ code: 'length' }));
    }
  });
});
