import { countOnes, expectSameLength } from './binary';
import { MetricError } from './error';

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
    // -0 and 0 tie, and a threshold is never -0.
    if (labels[i] === 1) positives[positive++] = score + 0;
    else negatives[negative++] = score + 0;
  }
  return { positives, negatives };
}
