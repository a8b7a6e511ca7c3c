import { countOnes, expectSameLength } from './checks';
import { unexpected } from './error';

/**
 * Intersection over union of the anomalous pixels, pooled over all pixels handed in:
 * `|G ∩ P| / |G ∪ P|` (Jaccard, New Phytologist 11, 1912), as `sklearn.metrics.jaccard_score` has it.
 *
 * To pool over several images, concatenate their pixels.
 *
 * @param groundTruth - `[N]`, 0 good, 1 anomalous.
 * @param prediction - `[N]`, 0 good, 1 anomalous.
 * @returns In [0, 1], higher is better; 0 when only one of the two has anomalous pixels.
 * @throws {@link MetricError} `no-positives` when neither array has an anomalous pixel; `length` or `label` for data
 * that are wrong.
 *
 * @example
 * ```ts
 * iou([1, 1, 1, 0], [0, 1, 1, 1]); // 0.5
 * ```
 */
export function iou(groundTruth: ArrayLike<number>, prediction: ArrayLike<number>): number {
  expectSameLength('iou', ['ground truth pixels', groundTruth], ['predicted pixels', prediction]);
  const actual = countOnes(groundTruth, 'iou', 'ground truth pixels');
  const predicted = countOnes(prediction, 'iou', 'predicted pixels');
  if (actual + predicted === 0) {
    const expected = 'an anomalous pixel in the ground truth or the prediction';
    throw unexpected('no-positives', 'iou', expected, `${groundTruth.length} zeros in each`);
  }
  let intersection = 0;
  for (let i = 0; i < groundTruth.length; i++) {
    if (groundTruth[i] === 1 && prediction[i] === 1) intersection++;
  }
  return intersection / (actual + predicted - intersection);
}
