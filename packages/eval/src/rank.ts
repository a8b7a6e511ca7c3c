import { countOnes, expectFinite, expectSameLength } from './checks';
import { sortScores } from './sorted';
import type { Steps } from './steps';

/** Scores of each class, in the order in which they came. */
export interface ScoresByClass {
  readonly positives: Float32Array | Float64Array;
  readonly negatives: Float32Array | Float64Array;
}

/** Checks labels and scores and parts the scores by label; `metric` and `name` go into messages. */
export function splitByLabel(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  metric: string,
  name = 'labels',
): ScoresByClass {
  expectSameLength(metric, [name, labels], ['scores', scores]);
  const count = countOnes(labels, metric, name);
  expectFinite(scores, metric, 'scores');
  const Scores = scores instanceof Float32Array ? Float32Array : Float64Array;
  const positives = new Scores(count);
  const negatives = new Scores(labels.length - count);
  let positive = 0;
  let negative = 0;
  for (let i = 0; i < labels.length; i++) {
    // -0 and 0 tie, and a threshold is never -0.
    const score = (scores[i] ?? Number.NaN) + 0;
    if (labels[i] === 1) positives[positive++] = score;
    else negatives[negative++] = score;
  }
  return { positives, negatives };
}

/**
 * Sorts the scores of each class by themselves. Two typed arrays and the native numeric sort take a tenth of the time
 * and memory that sorting indices by score would. Each distinct score is a step.
 */
export function rank(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  metric: string,
  name?: string,
): Steps {
  const { positives, negatives } = splitByLabel(labels, scores, metric, name);
  sortScores(positives);
  sortScores(negatives);
  return {
    positives: positives.length,
    negatives: negatives.length,
    each(visit) {
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
    },
  };
}
