import { type Confusion, countAt, expectFoundOrActual } from './confusion-at';

/**
 * Intersection over union of the ground truth and the pixels with `score >= threshold`, pooled over all pixels handed
 * in: `TP / (TP + FP + FN)`.
 *
 * @param groundTruth - `[N]`, 0 good, 1 anomalous.
 * @param scores - `[N]`, finite, higher is more anomalous.
 * @param threshold - In the units of the scores; may be infinite.
 * @returns In [0, 1], higher is better.
 * @throws {@link MetricError} `no-positives` when no pixel is anomalous and none reaches the threshold; `range` for a
 * threshold that is NaN; `length`, `label` or `not-finite` for data that are wrong.
 *
 * @example
 * ```ts
 * iouAt([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.35); // 2 of 3 pixels: 0.667
 * ```
 */
export function iouAt(groundTruth: ArrayLike<number>, scores: ArrayLike<number>, threshold: number): number {
  return iouOf(countAt(groundTruth, scores, threshold, 'iouAt', 'ground truth pixels'), threshold, 'iouAt');
}

export function iouOf(confusion: Confusion, threshold: number, metric: string): number {
  expectFoundOrActual(confusion, threshold, metric);
  const { truePositives, falsePositives, falseNegatives } = confusion;
  return truePositives / (truePositives + falsePositives + falseNegatives);
}
