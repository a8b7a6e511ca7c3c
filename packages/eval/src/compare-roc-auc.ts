import { expectConfidence } from './checks';
import { unexpected } from './error';
import { normalCdf, normalQuantile } from './normal';
import { splitByLabel } from './rank';
import { countBelow, countUpTo } from './sorted';
import { expectBothClasses } from './steps';

/** How {@link compareRocAuc} compares. */
export interface CompareRocAucOptions {
  /** Coverage of the interval, in (0, 1). Default 0.95. */
  readonly confidence?: number;
}

/** Two detectors' AUROC on the same images, and whether they differ. */
export interface RocAucComparison {
  /** AUROC of detector A. */
  readonly a: number;
  /** AUROC of detector B. */
  readonly b: number;
  /** `a - b`. */
  readonly difference: number;
  /** Of the difference; 0 where the detectors' rankings never disagree about how an image does. */
  readonly standardError: number;
  /** `null` where the standard error is 0: nothing can be tested then. */
  readonly test: RocAucTest | null;
}

/** DeLong's test of the hypothesis that two AUROC are equal. */
export interface RocAucTest {
  /** `difference / standardError`, standard normal under the hypothesis. */
  readonly z: number;
  /** Two-sided: how probable a difference as large as this would be if there were none; 0 from z = 38.5 on. */
  readonly pValue: number;
  /** Lower end of the interval of the difference. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
}

/**
 * Compares the AUROC of two detectors on the same images: DeLong, DeLong and Clarke-Pearson, "Comparing the Areas under
 * Two or More Correlated Receiver Operating Characteristic Curves", Biometrics 44, 1988.
 *
 * Each anomalous image's component is the share of good images that it outranks, each good image's the share of anomalous
 * images that outrank it; the variance of the difference is that of the components' differences, over the number of
 * images of either class. It rests on the normal approximation: with few images or an AUROC next to 1 take
 * {@link bootstrapDifference}.
 *
 * @param labels - `[N]`, 0 good, 1 anomalous; at least two of either.
 * @param scoresA - `[N]`, finite, of detector A, higher is more anomalous.
 * @param scoresB - `[N]`, finite, of detector B; its units may be others.
 * @throws {@link MetricError} `one-class` when either class is absent; `too-few` when one has a single sample; `range` for
 * a confidence outside (0, 1); `length`, `label` or `not-finite` for data that are wrong.
 *
 * @example
 * ```ts
 * // A is right about all pairs, B about 3 of 4; variance (1/2 * 1/4 + 1/2 * 1/4) / 2.
 * compareRocAuc([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4], [0.1, 0.4, 0.35, 0.8]);
 * // { a: 1, b: 0.75, difference: 0.25, standardError: 0.354, test: { z: 0.707, pValue: 0.48, ... } }
 * ```
 */
export function compareRocAuc(
  labels: ArrayLike<number>,
  scoresA: ArrayLike<number>,
  scoresB: ArrayLike<number>,
  { confidence = 0.95 }: CompareRocAucOptions = {},
): RocAucComparison {
  expectConfidence(confidence, 'compareRocAuc');
  const a = componentsOf(labels, scoresA);
  const b = componentsOf(labels, scoresB);
  const difference = a.auroc - b.auroc;
  const variance =
    varianceOfMean(a.anomalous.map((value, i) => value - (b.anomalous[i] ?? Number.NaN))) +
    varianceOfMean(a.good.map((value, i) => value - (b.good[i] ?? Number.NaN)));
  const standardError = Math.sqrt(variance);
  const found = { a: a.auroc, b: b.auroc, difference, standardError };
  if (standardError === 0) return { ...found, test: null };
  const z = difference / standardError;
  const reach = -normalQuantile((1 - confidence) / 2) * standardError;
  return {
    ...found,
    test: { z, pValue: 2 * normalCdf(-Math.abs(z)), low: difference - reach, high: difference + reach },
  };
}

/** What each image adds to the AUROC. */
function componentsOf(labels: ArrayLike<number>, scores: ArrayLike<number>) {
  const { positives, negatives } = splitByLabel(labels, scores, 'compareRocAuc');
  const counts = { positives: positives.length, negatives: negatives.length };
  expectBothClasses(counts, 'compareRocAuc');
  if (positives.length < 2 || negatives.length < 2) {
    const received = `${counts.positives} ones and ${counts.negatives} zeros`;
    throw unexpected('too-few', 'compareRocAuc', 'two samples or more of either class', received);
  }
  const [sortedPositives, sortedNegatives] = [positives.slice().sort(), negatives.slice().sort()];
  // Twice the pairs in order, so that ties count as whole numbers.
  const outranked = Array.from(
    positives,
    (score) => countBelow(sortedNegatives, score) + countUpTo(sortedNegatives, score),
  );
  const outranking = Array.from(
    negatives,
    (score) => 2 * counts.positives - countBelow(sortedPositives, score) - countUpTo(sortedPositives, score),
  );
  return {
    auroc: outranked.reduce((sum, pairs) => sum + pairs, 0) / 2 / (counts.positives * counts.negatives),
    anomalous: outranked.map((pairs) => pairs / 2 / counts.negatives),
    good: outranking.map((pairs) => pairs / 2 / counts.positives),
  };
}

function varianceOfMean(values: readonly number[]): number {
  const n = values.length;
  // Equal values have no variance at all when they are shifted by one of them.
  const shifted = values.map((value) => value - (values[0] ?? 0));
  const mean = shifted.reduce((sum, value) => sum + value, 0) / n;
  return shifted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1) / n;
}
