import { countOnes, expectFinite, expectSameLength } from './checks';
import { unexpected } from './error';
import type { Steps } from './steps';

/** How samples of either class fall on either side of a threshold. */
export interface Confusion {
  /** Anomalous samples with `score >= threshold`. */
  readonly truePositives: number;
  /** Good samples with `score >= threshold`: false alarms. */
  readonly falsePositives: number;
  /** Good samples below the threshold. */
  readonly trueNegatives: number;
  /** Anomalous samples below the threshold: misses. */
  readonly falseNegatives: number;
}

/**
 * Confusion matrix of the rule `score >= threshold`, in counts.
 *
 * @param labels - `[N]`, 0 good, 1 anomalous.
 * @param scores - `[N]`, finite, higher is more anomalous.
 * @param threshold - In the units of the scores; may be infinite.
 * @returns Four counts that add up to N; all 0 for no samples.
 * @throws {@link MetricError} `range` for a threshold that is NaN; `length`, `label` or `not-finite` for data that are
 * wrong.
 *
 * @example
 * ```ts
 * confusionAt([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.4);
 * // { truePositives: 1, falsePositives: 1, trueNegatives: 1, falseNegatives: 1 }
 * ```
 */
export function confusionAt(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  threshold: number,
): Confusion {
  return countAt(labels, scores, threshold, 'confusionAt');
}

/** {@link confusionAt} with another metric's name in its messages. */
export function countAt(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  threshold: number,
  metric: string,
  name = 'labels',
): Confusion {
  expectThreshold(threshold, metric);
  expectSameLength(metric, [name, labels], ['scores', scores]);
  const positives = countOnes(labels, metric, name);
  expectFinite(scores, metric, 'scores');
  let truePositives = 0;
  let falsePositives = 0;
  for (let i = 0; i < labels.length; i++) {
    if ((scores[i] ?? Number.NaN) < threshold) continue;
    if (labels[i] === 1) truePositives++;
    else falsePositives++;
  }
  return confusionOf(truePositives, falsePositives, { positives, negatives: labels.length - positives });
}

/** The whole matrix, of what was found and how many samples there are of each class. */
export function confusionOf(
  truePositives: number,
  falsePositives: number,
  { positives, negatives }: Pick<Steps, 'positives' | 'negatives'>,
): Confusion {
  const [trueNegatives, falseNegatives] = [negatives - falsePositives, positives - truePositives];
  return { truePositives, falsePositives, trueNegatives, falseNegatives };
}

export function expectThreshold(threshold: number, metric: string): void {
  if (!Number.isNaN(threshold)) return;
  throw unexpected('range', metric, 'a number as threshold', 'NaN');
}

/** What compares found with actual anomalous pixels needs one of either. */
export function expectFoundOrActual(
  { truePositives, falsePositives, trueNegatives, falseNegatives }: Confusion,
  threshold: number,
  metric: string,
): void {
  if (truePositives + falsePositives + falseNegatives > 0) return;
  const expected = `a one in the ground truth or a score of at least ${threshold}`;
  throw unexpected('no-positives', metric, expected, `neither among ${trueNegatives}`);
}
