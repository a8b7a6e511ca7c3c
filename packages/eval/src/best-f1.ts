import { rank } from './rank';
import { expectPositives, highestOf, type Steps } from './steps';

/** The best F1 score that a single threshold can give. */
export interface BestF1 {
  /** In (0, 1], higher is better. */
  readonly f1: number;
  /** A score that occurs; `score >= threshold` gives this F1. The highest one where several do. */
  readonly threshold: number;
}

/**
 * Largest F1 score that any threshold gives, and that threshold; exact over every threshold.
 *
 * It looks at the labels to choose, so it is an upper bound on what a detector can reach and not a result of one. The
 * threshold is the one of {@link bestIou} too, since either score rises with the other.
 *
 * @param labels - `[N]`, 0 good, 1 anomalous.
 * @param scores - `[N]`, finite, higher is more anomalous.
 * @throws {@link MetricError} `no-positives` when no sample is anomalous; `length`, `label` or `not-finite` for data that
 * are wrong.
 *
 * @example
 * ```ts
 * bestF1([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // { f1: 0.8, threshold: 0.35 }
 * ```
 */
export function bestF1(labels: ArrayLike<number>, scores: ArrayLike<number>): BestF1 {
  return bestF1Of(rank(labels, scores, 'bestF1'), 'bestF1');
}

export function bestF1Of(steps: Steps, metric: string): BestF1 {
  expectPositives(steps, metric);
  const { value, threshold } = highestOf(
    steps,
    (found, alarms) => (2 * found) / (found + alarms + steps.positives),
  );
  return { f1: value, threshold };
}
