import { unexpected } from './error';

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
  throw unexpected('one-class', metric, `${name} of both classes`, received);
}

/** What is divided by the number of anomalous samples needs one. */
export function expectPositives(
  { positives, negatives }: Pick<Steps, 'positives' | 'negatives'>,
  metric: string,
  name = 'labels',
): void {
  if (positives > 0) return;
  throw unexpected('no-positives', metric, `a one among the ${name}`, `${negatives} zeros`);
}

/**
 * Two columns of a curve and its thresholds, `Infinity` first, where no sample is found.
 *
 * @param start of the two columns
 * @param pointAt what they are where so many samples of each class reach the threshold
 */
export function curveOf(
  steps: Steps,
  start: readonly [number, number],
  pointAt: (truePositives: number, falsePositives: number) => readonly [number, number],
): readonly [first: Float64Array, second: Float64Array, thresholds: Float64Array] {
  let points = 1;
  steps.each(() => points++);
  const [first, second] = [new Float64Array(points), new Float64Array(points)];
  const thresholds = new Float64Array(points);
  [first[0], second[0]] = start;
  thresholds[0] = Number.POSITIVE_INFINITY;
  let point = 1;
  steps.each((threshold, truePositives, falsePositives) => {
    [first[point], second[point]] = pointAt(truePositives, falsePositives);
    thresholds[point++] = threshold;
  });
  return [first, second, thresholds];
}

/** The highest value of a metric over all thresholds, and the strictest threshold that reaches it. */
export function highestOf(
  steps: Steps,
  valueAt: (truePositives: number, falsePositives: number) => number,
): { readonly value: number; readonly threshold: number } {
  let highest = { value: -1, threshold: Number.NaN };
  steps.each((threshold, truePositives, falsePositives) => {
    const value = valueAt(truePositives, falsePositives);
    if (value > highest.value) highest = { value, threshold };
  });
  return highest;
}
