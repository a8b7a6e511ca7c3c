import { expectBothClasses, rank, sweep } from './sweep';

/**
 * Area under the receiver operating characteristic: the probability that a randomly chosen anomalous sample scores
 * higher than a randomly chosen good one, where a tie counts one half.
 *
 * Exact with ties: pairs are counted in integers and divided once. The arrays are not changed; a copy of the scores
 * is sorted. Ten million pixels take under two seconds when their scores come as a `Float32Array`.
 *
 * @param labels - `[N]`, 0 good, 1 anomalous.
 * @param scores - `[N]`, finite, higher is more anomalous.
 * @returns In [0, 1], higher is better; 0.5 is chance.
 * @throws {@link MetricError} `one-class` when either class is absent; `length`, `label` or `not-finite` for data that
 * are wrong.
 *
 * @example
 * ```ts
 * rocAuc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // 0.75
 * ```
 */
export function rocAuc(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  const ranking = rank(labels, scores, { metric: 'rocAuc' });
  expectBothClasses(ranking, 'rocAuc');
  let twiceArea = 0;
  let lastTrue = 0;
  let lastFalse = 0;
  sweep(ranking, (_, truePositives, falsePositives) => {
    twiceArea += (falsePositives - lastFalse) * (truePositives + lastTrue);
    lastTrue = truePositives;
    lastFalse = falsePositives;
  });
  return twiceArea / 2 / (ranking.positives.length * ranking.negatives.length);
}
