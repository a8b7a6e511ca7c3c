import { countOnes, expectSameLength } from './binary';
import { MetricError } from './error';

/** Scores of each class in ascending order. */
export interface Ranking {
  readonly positives: Float32Array | Float64Array;
  readonly negatives: Float32Array | Float64Array;
}

/**
 * Sorts the scores of each class by themselves. Two typed arrays and the native numeric sort take a tenth of the time
 * and memory that sorting indices by score would.
 */
export function rank(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  { metric, labelsName = 'labels' }: { metric: string; labelsName?: string },
): Ranking {
  expectSameLength(metric, [labelsName, labels], ['scores', scores]);
  const count = countOnes(labels, metric, labelsName);
  const Scores = scores instanceof Float32Array ? Float32Array : Float64Array;
  const positives = new Scores(count);
  const negatives = new Scores(labels.length - count);
  let positive = 0;
  let negative = 0;
  for (let i = 0; i < labels.length; i++) {
    const score = scores[i] ?? Number.NaN;
    if (!Number.isFinite(score)) {
      throw new MetricError(
        'not-finite',
        `${metric}: expected finite scores, received ${score} at index ${i}`,
      );
    }
    if (labels[i] === 1) positives[positive++] = score;
    else negatives[negative++] = score;
  }
  return { positives: positives.sort(), negatives: negatives.sort() };
}

/**
 * Walks the thresholds from the highest score down, each distinct score once, and tells how many of each class then
 * satisfy `score >= threshold`.
 */
export function sweep(
  { positives, negatives }: Ranking,
  visit: (threshold: number, truePositives: number, falsePositives: number) => void,
): void {
  let positive = positives.length;
  let negative = negatives.length;
  while (positive > 0 || negative > 0) {
    const threshold = Math.max(
      positives[positive - 1] ?? Number.NEGATIVE_INFINITY,
      negatives[negative - 1] ?? Number.NEGATIVE_INFINITY,
    );
    while (positive > 0 && positives[positive - 1] === threshold) positive--;
    while (negative > 0 && negatives[negative - 1] === threshold) negative--;
    visit(threshold, positives.length - positive, negatives.length - negative);
  }
}

/** Ranking needs both classes; `metric` and what came go into the message. */
export function expectBothClasses({ positives, negatives }: Ranking, metric: string): void {
  const [ones, zeros] = [positives.length, negatives.length];
  if (ones > 0 && zeros > 0) return;
  const received = ones + zeros === 0 ? 'none' : ones > 0 ? `${ones} ones` : `${zeros} zeros`;
  throw new MetricError('one-class', `${metric}: expected labels of both classes, received ${received}`);
}
