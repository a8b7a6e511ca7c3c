import { sortScores } from './sort-scores';
import { splitByLabel } from './split';
import type { Steps } from './steps';

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
