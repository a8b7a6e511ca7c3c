import { rank } from './rank';
import { curveOf, expectPositives } from './steps';

/** A precision-recall curve: three arrays of equal length, from the strictest threshold to the loosest. */
export interface PrecisionRecallCurve {
  /** Share of the samples at or over the threshold that are anomalous; 1 by convention where there are none. */
  readonly precision: Float64Array;
  /** Share of the anomalous samples at or over the threshold, ascending from 0 to 1. */
  readonly recall: Float64Array;
  /** Descending: `Infinity`, then every distinct score. */
  readonly thresholds: Float64Array;
}

/**
 * Precision `TP / (TP + FP)` against recall `TP / P` of the rule `score >= threshold`, one point for each distinct score.
 *
 * The points are those of `sklearn.metrics.precision_recall_curve` in the opposite order, from (recall 0, precision 1)
 * at the threshold `Infinity` to (recall 1, precision `P / N`).
 *
 * @param labels - `[N]`, 0 good, 1 anomalous.
 * @param scores - `[N]`, finite, higher is more anomalous.
 * @throws {@link MetricError} `no-positives` when no sample is anomalous; `length`, `label` or `not-finite` for data that
 * are wrong.
 *
 * @example
 * ```ts
 * const { precision, recall } = precisionRecallCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
 * // precision [1, 1, 0.5, 0.667, 0.5], recall [0, 0.5, 0.5, 1, 1]
 * ```
 */
export function precisionRecallCurve(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
): PrecisionRecallCurve {
  const ranking = rank(labels, scores, 'precisionRecallCurve');
  expectPositives(ranking, 'precisionRecallCurve');
  const [precision, recall, thresholds] = curveOf(ranking, [1, 0], (found, alarms) => [
    found / (found + alarms),
    found / ranking.positives,
  ]);
  return { precision, recall, thresholds };
}
