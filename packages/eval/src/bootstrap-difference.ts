import { countOnes, expectSameLength } from './binary';
import { bootstrap } from './bootstrap';
import { pick, type ScoreMetric } from './bootstrap-interval';
import { expectFinite } from './finite';
import type { BootstrapOptions, ConfidenceInterval } from './interval';

/**
 * Confidence interval of how much better detector A is than detector B on the same images, `metric(A) - metric(B)`, by the
 * paired bootstrap: every resample takes both scores of an image or neither, so that what makes an image hard for both
 * cancels (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993).
 *
 * An interval that excludes 0 says that the difference is not chance at this confidence. For AUROC
 * {@link compareRocAuc} says it with a p-value. Otherwise as {@link bootstrapInterval}.
 *
 * @param labels - `[N]`, 0 good, 1 anomalous.
 * @param scoresA - `[N]`, finite, of detector A, higher is more anomalous.
 * @param scoresB - `[N]`, finite, of detector B; its units may be others.
 * @param metric - Is given labels and scores of `[N]`, and for `bca` also of `[N - 1]`.
 * @throws {@link MetricError} as {@link bootstrapInterval}.
 *
 * @example
 * ```ts
 * bootstrapDifference([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4], [4, 3, 2, 1], rocAuc);
 * // { estimate: 1, low: 1, high: 1 }: all in order against none
 * ```
 */
export function bootstrapDifference(
  labels: ArrayLike<number>,
  scoresA: ArrayLike<number>,
  scoresB: ArrayLike<number>,
  metric: ScoreMetric,
  options: BootstrapOptions = {},
): ConfidenceInterval {
  const name = 'bootstrapDifference';
  expectSameLength(name, ['labels', labels], ['scores of A', scoresA]);
  expectSameLength(name, ['labels', labels], ['scores of B', scoresB]);
  countOnes(labels, name, 'labels');
  expectFinite(scoresA, name, 'scores of A');
  expectFinite(scoresB, name, 'scores of B');
  const measure = (indices: Uint32Array) => {
    const drawn = pick(labels, indices);
    return metric(drawn, pick(scoresA, indices)) - metric(drawn, pick(scoresB, indices));
  };
  return bootstrap(labels, measure, options, name);
}
