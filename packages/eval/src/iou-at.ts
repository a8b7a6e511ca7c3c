import { countOnes, expectSameLength } from './binary';
import { MetricError } from './error';

/**
 * Intersection over union of the ground truth and the pixels with `score >= threshold`, pooled over all pixels handed
 * in.
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
  if (Number.isNaN(threshold)) {
    throw new MetricError('range', 'iouAt: expected a number as threshold, received NaN');
  }
  expectSameLength('iouAt', ['ground truth pixels', groundTruth], ['scores', scores]);
  const actual = countOnes(groundTruth, 'iouAt', 'ground truth pixels');
  let intersection = 0;
  let predicted = 0;
  for (let i = 0; i < groundTruth.length; i++) {
    const score = scores[i] ?? Number.NaN;
    if (!Number.isFinite(score)) {
      throw new MetricError('not-finite', `iouAt: expected finite scores, received ${score} at index ${i}`);
    }
    if (score < threshold) continue;
    predicted++;
    if (groundTruth[i] === 1) intersection++;
  }
  if (actual + predicted === 0) {
    throw new MetricError(
      'no-positives',
      `iouAt: expected an anomalous pixel or a score of at least ${threshold}, received neither in ${groundTruth.length} pixels`,
    );
  }
  return intersection / (actual + predicted - intersection);
}
