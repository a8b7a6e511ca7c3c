import { rank } from './rank';
import { curveOf, expectBothClasses } from './steps';

/** A receiver operating characteristic: three arrays of equal length, from the strictest threshold to the loosest. */
export interface RocCurve {
  /** Share of good samples at or over the threshold, ascending from 0 to 1. */
  readonly falsePositiveRate: Float64Array;
  /** Share of anomalous samples at or over the threshold, ascending from 0 to 1. */
  readonly truePositiveRate: Float64Array;
  /** Descending: `Infinity`, then every distinct score. */
  readonly thresholds: Float64Array;
}

/**
 * Receiver operating characteristic of the rule `score >= threshold`, one point for each distinct score.
 *
 * The curve starts at (0, 0) with the threshold `Infinity` and ends at (1, 1), as
 * `sklearn.metrics.roc_curve(..., drop_intermediate=False)` does.
 *
 * @param labels - `[N]`, 0 good, 1 anomalous.
 * @param scores - `[N]`, finite, higher is more anomalous.
 * @throws {@link MetricError} `one-class` when either class is absent; `length`, `label` or `not-finite` for data that
 * are wrong.
 *
 * @example
 * ```ts
 * const { falsePositiveRate, truePositiveRate } = rocCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
 * // falsePositiveRate [0, 0, 0.5, 0.5, 1], truePositiveRate [0, 0.5, 0.5, 1, 1]
 * ```
 */
export function rocCurve(labels: ArrayLike<number>, scores: ArrayLike<number>): RocCurve {
  const ranking = rank(labels, scores, 'rocCurve');
  expectBothClasses(ranking, 'rocCurve');
  const [falsePositiveRate, truePositiveRate, thresholds] = curveOf(ranking, [0, 0], (found, alarms) => [
    alarms / ranking.negatives,
    found / ranking.positives,
  ]);
  return { falsePositiveRate, truePositiveRate, thresholds };
}
