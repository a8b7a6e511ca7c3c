import { expectFinite } from './checks';

/** Differences of means of the same numbers differ in their last digits; such are no differences, and tie. */
const GRAIN = 1e12;

/**
 * Wilcoxon's signed-rank test of paired differences, two-sided and exact: Wilcoxon, "Individual Comparisons by Ranking
 * Methods", Biometrics Bulletin 1, 1945. It is what Demšar, "Statistical Comparisons of Classifiers over Multiple Data
 * Sets", JMLR 7, 2006, recommends for two methods on several data sets, whose results need neither be normal nor alike in
 * spread.
 *
 * Differences of 0 are left out; ties have the mean of their ranks, and the distribution is that of all signs of these very
 * ranks. With n differences p is at least 2^(1 - n): below 0.05 from six on.
 *
 * @param differences - One for each data set or category, finite.
 * @returns p in (0, 1]; `null` where no difference is left.
 * @throws {@link MetricError} `not-finite`.
 *
 * @example
 * ```ts
 * signedRankTest([1, 2, 3, 4, 5]); // 0.0625: of 32 patterns of signs two are as extreme
 * ```
 */
export function signedRankTest(differences: readonly number[]): number | null {
  expectFinite(differences, 'signedRankTest', 'differences');
  const grains = differences.map((value) => Math.round(value * GRAIN)).filter((value) => value !== 0);
  if (grains.length === 0) return null;
  const ranks = doubledRanks(grains.map(Math.abs));
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const positive = ranks.reduce((sum, rank, i) => sum + ((grains[i] ?? 0) > 0 ? rank : 0), 0);
  const probabilities = sumsOfSigns(ranks, total);
  // The distribution is symmetric: what lies as far out on either side.
  const least = Math.min(positive, total - positive);
  const tail = probabilities.slice(0, least + 1).reduce((sum, p) => sum + p, 0);
  return Math.min(1, 2 * tail);
}

/** Twice the rank of each value from 1 for the smallest, so that the mean rank of ties is a whole number too. */
function doubledRanks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return 2 * below + equal + 1;
  });
}

/** How probable each sum of ranks is where every rank counts or not by the toss of a coin. */
function sumsOfSigns(ranks: readonly number[], total: number): Float64Array {
  const probabilities = new Float64Array(total + 1);
  probabilities[0] = 1;
  for (const rank of ranks) {
    for (let sum = total; sum >= 0; sum--) {
      const without = probabilities[sum] ?? 0;
      const withIt = sum >= rank ? (probabilities[sum - rank] ?? 0) : 0;
      probabilities[sum] = (without + withIt) / 2;
    }
  }
  return probabilities;
}
