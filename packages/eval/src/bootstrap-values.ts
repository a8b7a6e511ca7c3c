import { countOnes, expectSameLength } from './binary';
import { resample } from './bootstrap';
import { pick, type ScoreMetric } from './bootstrap-interval';
import { expectFinite } from './finite';
import { type BootstrapOptions, type BootstrapValues, type ConfidenceInterval, intervalOf } from './interval';

/**
 * Every value of a metric that {@link bootstrapInterval} takes its interval from. Draws depend on labels, seed and number of
 * resamples alone: of two detectors on the same images, the differences of these values, one by one, are those of the
 * paired bootstrap. Of many detectors each is so measured once, and not once for every other one.
 *
 * @param labels - `[N]`, 0 good, 1 anomalous.
 * @param scores - `[N]`, finite, higher is more anomalous.
 * @param metric - Is given labels and scores of `[N]`, and for `bca` also of `[N - 1]`.
 * @throws {@link MetricError} as {@link bootstrapInterval}, but for `one-sided`.
 */
export function bootstrapValues(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  metric: ScoreMetric,
  options: BootstrapOptions = {},
): BootstrapValues {
  const name = 'bootstrapValues';
  expectSameLength(name, ['labels', labels], ['scores', scores]);
  countOnes(labels, name, 'labels');
  expectFinite(scores, name, 'scores');
  return resample(labels, (indices) => metric(pick(labels, indices), pick(scores, indices)), options, name);
}

/**
 * The interval of values that were made before.
 *
 * @throws {@link MetricError} `one-sided` where `bca` is undefined.
 *
 * @example
 * ```ts
 * const values = bootstrapValues([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], rocAuc, { method: 'percentile' });
 * intervalOfValues(values); // { estimate: 0.75, low: 0, high: 1 }, as bootstrapInterval gives
 * ```
 */
export function intervalOfValues(values: BootstrapValues): ConfidenceInterval {
  return intervalOf(values);
}

/**
 * The values of `metric(A) - metric(B)`, whose interval is that of {@link bootstrapDifference}.
 *
 * @param a - Of detector A.
 * @param b - Of detector B, on the same images in the same order, with the same options.
 * @throws {@link MetricError} `length` where the numbers of resamples or of images differ.
 */
export function differenceOfValues(a: BootstrapValues, b: BootstrapValues): BootstrapValues {
  const less = (of: readonly number[], other: readonly number[] = []) => {
    expectSameLength('differenceOfValues', ['values of A', of], ['values of B', other]);
    return of.map((value, index) => value - (other[index] ?? Number.NaN));
  };
  const sizes = ({ withoutEach }: BootstrapValues) => withoutEach.map(({ length }) => length);
  expectSameLength('differenceOfValues', ['classes of A', sizes(a)], ['classes of B', sizes(b)]);
  return {
    estimate: a.estimate - b.estimate,
    resampled: less(a.resampled, b.resampled),
    withoutEach: a.withoutEach.map((values, index) => less(values, b.withoutEach[index])),
    method: a.method,
    confidence: a.confidence,
  };
}
