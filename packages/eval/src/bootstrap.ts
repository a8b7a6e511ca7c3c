import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { countOnes, expectConfidence, expectFinite, expectSameLength } from './checks';
import { unexpected } from './error';
import {
  type BootstrapOptions,
  type BootstrapValues,
  type ConfidenceInterval,
  intervalOfValues,
} from './interval';

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
  return intervalOfValues(valuesOf(labels, scores, metric, options, 'bootstrapInterval'));
}

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
  return intervalOfValues(resample(labels, measure, options, name));
}

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
  return valuesOf(labels, scores, metric, options, 'bootstrapValues');
}

function valuesOf(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  metric: ScoreMetric,
  options: BootstrapOptions,
  name: string,
): BootstrapValues {
  expectSameLength(name, ['labels', labels], ['scores', scores]);
  countOnes(labels, name, 'labels');
  expectFinite(scores, name, 'scores');
  return resample(labels, (indices) => metric(pick(labels, indices), pick(scores, indices)), options, name);
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

/** The values at these places. */
function pick(values: ArrayLike<number>, indices: Uint32Array): Float64Array {
  return Float64Array.from(indices, (index) => values[index] ?? Number.NaN);
}

/**
 * Resamples with replacement within each class, so that every resample has as many good and anomalous samples as there
 * are, and place by place the same labels.
 *
 * @param labels `[N]`, 0 and 1, checked already
 * @param measure what the metric is of the samples with these indices, `[N]` or one fewer
 */
function resample(
  labels: ArrayLike<number>,
  measure: (indices: Uint32Array) => number,
  { confidence = 0.95, resamples = 2000, method = 'bca', seed = 0 }: BootstrapOptions,
  metric: string,
): BootstrapValues {
  expectConfidence(confidence, metric);
  if (!Number.isInteger(resamples) || resamples < 1) {
    throw unexpected('range', metric, 'a whole number of resamples', resamples);
  }
  if (!Number.isInteger(seed)) throw unexpected('range', metric, 'a whole number as seed', seed);
  const classes = byLabel(labels, metric);
  const finite = (indices: Uint32Array) => {
    const value = measure(indices);
    if (Number.isFinite(value)) return value;
    throw unexpected('not-finite', metric, 'a finite value of the metric', value);
  };
  const all = Uint32Array.from({ length: labels.length }, (_, index) => index);
  const estimate = finite(all);
  const generator = xoroshiro128plus(seed);
  const drawn = new Uint32Array(labels.length);
  const resampled = Array.from({ length: resamples }, () => {
    for (const members of classes) {
      for (const member of members)
        drawn[member] = members[uniformInt(generator, 0, members.length - 1)] ?? 0;
    }
    return finite(drawn);
  });
  const without = (left: number) => finite(all.filter((index) => index !== left));
  const withoutEach = method === 'percentile' ? [] : classes.map((members) => members.map(without));
  return { estimate, resampled, withoutEach, method, confidence };
}

/** Indices of the samples of each class that occurs. */
function byLabel(labels: ArrayLike<number>, metric: string): number[][] {
  const classes: [number[], number[]] = [[], []];
  for (let i = 0; i < labels.length; i++) classes[labels[i] === 1 ? 1 : 0].push(i);
  for (const [label, members] of classes.entries()) {
    if (members.length !== 1) continue;
    throw unexpected('too-few', metric, 'two samples or more of a class', `one with label ${label}`);
  }
  const present = classes.filter(({ length }) => length > 0);
  if (present.length === 0) throw unexpected('empty', metric, 'samples', 'none');
  return present;
}
