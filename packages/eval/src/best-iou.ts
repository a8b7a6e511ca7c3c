import { rank } from './rank';
import { expectPositives, highestOf, type Steps } from './steps';

/** The best segmentation that a single threshold can give. */
export interface BestIou {
  /** In [0, 1], higher is better. */
  readonly iou: number;
  /** A score that occurs; `score >= threshold` gives this IoU. The highest one where several do. */
  readonly threshold: number;
}

/**
 * Largest intersection over union that any threshold gives, pooled over all pixels handed in; exact over every
 * threshold.
 *
 * It looks at the ground truth to choose, so it is an upper bound on what a detector can reach and not a result of
 * one.
 *
 * @param groundTruth - `[N]`, 0 good, 1 anomalous.
 * @param scores - `[N]`, finite, higher is more anomalous.
 * @throws {@link MetricError} `no-positives` when no pixel is anomalous; `length`, `label` or `not-finite` for data
 * that are wrong.
 *
 * @example
 * ```ts
 * bestIou([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // { iou: 0.667, threshold: 0.35 }
 * ```
 */
export function bestIou(groundTruth: ArrayLike<number>, scores: ArrayLike<number>): BestIou {
  return bestIouOf(rank(groundTruth, scores, 'bestIou', 'ground truth pixels'), 'bestIou');
}

export function bestIouOf(steps: Steps, metric: string): BestIou {
  expectPositives(steps, metric, 'ground truth pixels');
  const { value, threshold } = highestOf(steps, (found, alarms) => found / (steps.positives + alarms));
  return { iou: value, threshold };
}
