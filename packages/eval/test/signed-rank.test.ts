import { signedRankTest } from '@utad/eval';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import fixture from './fixtures/signed-rank.json';

describe('the signed-rank test', () => {
  it.each(fixture)('has the p value of scipy: %j', ({ thousandths, p }) => {
    expect(signedRankTest(thousandths.map((value) => value / 1000))).toBeCloseTo(p, 10);
  });

  it('by hand: of five differences of one sign, two of 32 patterns are as extreme', () => {
    expect(signedRankTest([1, 2, 3, 4, 5])).toBe(2 / 32);
    expect(signedRankTest([-1, -2, -3, -4, -5])).toBe(2 / 32);
    // Rank sums of 1 and less: no rank at all, or the smallest one; twice, for either side.
    expect(signedRankTest([-0.1, 0.2, 0.3, 0.4])).toBe(4 / 16);
  });

  it('leaves out what is no difference, and is null where nothing is left', () => {
    expect(signedRankTest([0, 0.1, 0, 0.2])).toBe(signedRankTest([0.1, 0.2]));
    expect(signedRankTest([0, 0])).toBeNull();
    expect(signedRankTest([])).toBeNull();
    // The same numbers, summed in another order.
    expect(signedRankTest([0.1 + 0.2 - 0.3])).toBeNull();
  });

  it('does not depend on order, unit or which detector comes first, and is never below its least', () => {
    const values = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(values, (differences) => {
        const p = signedRankTest(differences);
        expect(signedRankTest(differences.toReversed())).toBe(p);
        expect(signedRankTest(differences.map((value) => -value))).toBe(p);
        expect(signedRankTest(differences.map((value) => value * 0.25))).toBe(p);
        const left = differences.filter((value) => value !== 0).length;
        if (p === null) expect(left).toBe(0);
        else {
          expect(p).toBeGreaterThanOrEqual(2 ** (1 - left));
          expect(p).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
