import { countOnes, expectSameLength } from './binary';
import { bootstrap } from './bootstrap';
import { expectFinite } from './finite';
import type { BootstrapOptions, ConfidenceInterval } from './interval';

/** A metric of labels and scores, such as {@link rocAuc} or {@link averagePrecision}. */
export type ScoreMetric = (labels: ArrayLike<number>, scores: ArrayLike<number>) => number;

/**
 * Confidence interval of a metric over images, by the bootstrap (Efron, Annals of Statistics 7, 1979): the metric of 2000
 * sets of images drawn from the given ones with replacement, good from good and anomalous from anomalous.
 *
 * Samples have to be independent: images are, pixels are not. Where every resample has the same value, as with a perfect
 * AUROC, the interval has no width; a bootstrap knows nothing beyond its samples.
 *
 * @param labels - `[N]`, 0 good, 1 anomalous.
 * @param scores - `[N]`, finite, higher is more anomalous.
 * @param metric - Is given labels and scores of `[N]`, and for `bca` also of `[N - 1]`.
 * @throws {@link MetricError} `too-few` for a class with a single sample; `one-sided` where `bca` is undefined; `empty`;
 * `length`, `label`, `not-finite` or `range` for what is wrong; what the metric throws.
 *
 * @example
 * ```ts
 * bootstrapInterval([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], rocAuc, { method: 'percentile' });
 * // { estimate: 0.75, low: 0, high: 1 }: four images tell nothing
 * ```
 */
export function bootstrapInterval(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  metric: ScoreMetric,
  options: BootstrapOptions = {},
): ConfidenceInterval {
  const name = 'bootstrapInterval';
  expectSameLength(name, ['labels', labels], ['scores', scores]);
  countOnes(labels, name, 'labels');
  expectFinite(scores, name, 'scores');
  return bootstrap(labels, (indices) => metric(pick(labels, indices), pick(scores, indices)), options, name);
}

/** The values at these places. */
export function pick(values: ArrayLike<number>, indices: Uint32Array): Float64Array {
  return Float64Array.from(indices, (index) => values[index] ?? Number.NaN);
}
