import { holmCorrection, MetricError } from '@utad/eval';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe("Holm's correction", () => {
  it('is that of the example by hand', () => {
    // 0.01 * 4, 0.02 * 3, then 0.03 * 2 = 0.06 raises nothing, and 0.5 * 1.
    expect(holmCorrection([0.5, 0.01, 0.03, 0.02]).map((p) => p.toFixed(6))).toEqual([
      '0.500000',
      '0.040000',
      '0.060000',
      '0.060000',
    ]);
    expect(holmCorrection([])).toEqual([]);
  });

  it('never lowers a p value, keeps their order and is at most Bonferroni', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }), (values) => {
        const adjusted = holmCorrection(values);
        values.forEach((p, i) => {
          const ours = adjusted[i] ?? Number.NaN;
          expect(ours).toBeGreaterThanOrEqual(p);
          expect(ours).toBeLessThanOrEqual(Math.min(1, p * values.length));
          values.forEach((other, j) => {
            if (p < other) expect(ours).toBeLessThanOrEqual(adjusted[j] ?? Number.NaN);
          });
        });
      }),
    );
  });

  it('refuses what is no p value', () => {
    expect(() => holmCorrection([0.5, 1.5])).toThrow(MetricError);
    expect(() => holmCorrection([Number.NaN])).toThrow(
      'expected p values from 0 to 1, received NaN at index 0',
    );
  });
});
