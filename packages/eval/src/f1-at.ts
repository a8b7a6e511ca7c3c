import { type Confusion, countAt, expectFoundOrActual } from './confusion-at';

/**
 * F1 score of the rule `score >= threshold`: the harmonic mean of precision and recall, `2 TP / (2 TP + FP + FN)`, also
 * known as the Dice coefficient (Dice, Ecology 26, 1945; van Rijsbergen, "Information Retrieval", 1979). As
 * `sklearn.metrics.f1_score` has it.
 *
 * @param labels - `[N]`, 0 good, 1 anomalous.
 * @param scores - `[N]`, finite, higher is more anomalous.
 * @param threshold - In the units of the scores; may be infinite.
 * @returns In [0, 1], higher is better. At one threshold `IoU = F1 / (2 - F1)`.
 * @throws {@link MetricError} `no-positives` when no sample is anomalous and none reaches the threshold; `range` for a
 * threshold that is NaN; `length`, `label` or `not-finite` for data that are wrong.
 *
 * @example
 * ```ts
 * f1At([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.35); // 2 * 2 / (2 * 2 + 1 + 0) = 0.8
 * ```
 */
export function f1At(labels: ArrayLike<number>, scores: ArrayLike<number>, threshold: number): number {
  return f1Of(countAt(labels, scores, threshold, 'f1At'), threshold, 'f1At');
}

export function f1Of(confusion: Confusion, threshold: number, metric: string): number {
  expectFoundOrActual(confusion, threshold, metric);
  const { truePositives, falsePositives, falseNegatives } = confusion;
  return (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives);
}
