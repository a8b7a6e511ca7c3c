import { CompensatedSum } from './compensated-sum';
import { rank } from './rank';
import { expectBothClasses, type Steps } from './steps';

/**
 * Area under the receiver operating characteristic: the probability that a randomly chosen anomalous sample scores
 * higher than a randomly chosen good one, where a tie counts one half (Hanley and McNeil, Radiology 143, 1982).
 *
 * Exact with ties: pairs are counted in integers and divided once. The arrays are not changed; a copy of the scores
 * is sorted. For many millions of pixels {@link PixelAccumulator} is faster.
 *
 * @param labels - `[N]`, 0 good, 1 anomalous.
 * @param scores - `[N]`, finite, higher is more anomalous.
 * @returns In [0, 1], higher is better; 0.5 is chance.
 * @throws {@link MetricError} `one-class` when either class is absent; `length`, `label` or `not-finite` for data that
 * are wrong.
 *
 * @example
 * ```ts
 * rocAuc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // 3 of 4 pairs in order: 0.75
 * ```
 */
export function rocAuc(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  return rocAucOf(rank(labels, scores, 'rocAuc'), 'rocAuc');
}

export function rocAucOf(steps: Steps, metric: string): number {
  expectBothClasses(steps, metric);
  const twiceArea = new CompensatedSum();
  let lastTrue = 0;
  let lastFalse = 0;
  steps.each((_, truePositives, falsePositives) => {
    twiceArea.add((falsePositives - lastFalse) * (truePositives + lastTrue));
    lastTrue = truePositives;
    lastFalse = falsePositives;
  });
  return twiceArea.value / 2 / (steps.positives * steps.negatives);
}
