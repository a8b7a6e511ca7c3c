import { CompensatedSum } from './compensated-sum';
import { rank } from './rank';
import { expectPositives, type Steps } from './steps';

/**
 * Average precision: the area under the precision-recall curve by steps, `sum over n of (R_n - R_(n-1)) P_n` with
 * precision `P_n` and recall `R_n` at the n-th highest distinct score.
 *
 * This is the definition of `sklearn.metrics.average_precision_score` (AUPR in papers that name it). Nothing is
 * interpolated: straight lines between the points would be too kind (Davis and Goadrich, ICML 2006).
 *
 * @param labels - `[N]`, 0 good, 1 anomalous.
 * @param scores - `[N]`, finite, higher is more anomalous.
 * @returns In (0, 1], higher is better; chance is the share of anomalous samples.
 * @throws {@link MetricError} `no-positives` when no sample is anomalous; `length`, `label` or `not-finite` for data that
 * are wrong.
 *
 * @example
 * ```ts
 * averagePrecision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // 1/2 * 1 + 1/2 * 2/3 = 0.833
 * ```
 */
export function averagePrecision(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  return averagePrecisionOf(rank(labels, scores, 'averagePrecision'), 'averagePrecision');
}

export function averagePrecisionOf(steps: Steps, metric: string): number {
  expectPositives(steps, metric);
  const sum = new CompensatedSum();
  let lastTrue = 0;
  steps.each((_, truePositives, falsePositives) => {
    sum.add((truePositives - lastTrue) * (truePositives / (truePositives + falsePositives)));
    lastTrue = truePositives;
  });
  return sum.value / steps.positives;
}
