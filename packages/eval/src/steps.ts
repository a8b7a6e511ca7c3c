import { MetricError } from './error';

/**
 * What the rule `score >= threshold` finds as the threshold falls: the common ground of all metrics that look at every
 * threshold, whether the scores lie in an array or were counted as they came.
 */
export interface Steps {
  /** How many samples are anomalous. */
  readonly positives: number;
  /** How many samples are good. */
  readonly negatives: number;
  /**
   * Visits thresholds from the highest score down to the lowest, each a score that occurs, with the number of samples of
   * each class that reach it. Runs of scores that only good samples have may be visited as one.
   */
  each(visit: (threshold: number, truePositives: number, falsePositives: number) => void): void;
}

/** Ranking needs both classes; `metric` and what came go into the message. */
export function expectBothClasses(
  { positives, negatives }: Pick<Steps, 'positives' | 'negatives'>,
  metric: string,
  name = 'labels',
): void {
  if (positives > 0 && negatives > 0) return;
  const received =
    positives + negatives === 0 ? 'none' : positives > 0 ? `${positives} ones` : `${negatives} zeros`;
  throw new MetricError('one-class', `${metric}: expected ${name} of both classes, received ${received}`);
}

/** What is divided by the number of anomalous samples needs one. */
export function expectPositives(
  { positives, negatives }: Pick<Steps, 'positives' | 'negatives'>,
  metric: string,
  name = 'labels',
): void {
  if (positives > 0) return;
  throw new MetricError(
    'no-positives',
    `${metric}: expected a one among the ${name}, received ${negatives} zeros`,
  );
}
