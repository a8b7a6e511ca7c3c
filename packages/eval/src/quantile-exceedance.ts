import { unexpected } from './error';
import { expectShare } from './quantile';

/** How many new samples lie above a quantile of a few old ones, as {@link quantileExceedance} tells it. */
export interface QuantileExceedance {
  /** Share of new samples that is expected above it, in [0, 1]. */
  readonly expected: number;
  /** Share that is not exceeded for 95 of 100 drawings of the old samples, in [0, 1]. */
  readonly upper: number;
}

const CONFIDENCE = 0.95;

/**
 * What share of new samples lies above the {@link quantile} q of N others of the same continuous distribution, whichever that
 * is. It is not 1 - q: the quantile of a single sample is that sample, which half of the new ones exceed.
 *
 * Above the k-th smallest of N the share has the distribution Beta(N + 1 - k, k), whose mean is (N + 1 - k) / (N + 1); between
 * two of them both numbers are interpolated as the quantile is.
 *
 * @param count - N, a whole number from 1.
 * @param q - In [0, 1].
 * @throws {@link MetricError} `range` for a q outside [0, 1] or a count that is none.
 *
 * @example
 * ```ts
 * quantileExceedance(1, 0.95); // { expected: 0.5, upper: 0.95 }
 * ```
 */
export function quantileExceedance(count: number, q: number): QuantileExceedance {
  expectShare(q, 'quantileExceedance');
  if (!Number.isInteger(count) || count < 1) {
    throw unexpected('range', 'quantileExceedance', 'a whole number of samples from 1', count);
  }
  const place = q * (count - 1);
  const below = Math.floor(place);
  const share = place - below;
  const bound = (rank: number) => upperBound(count, count - 1 - rank);
  return {
    expected: (count - place) / (count + 1),
    upper: share === 0 ? bound(below) : bound(below) * (1 - share) + bound(below + 1) * share,
  };
}

/** The share s at which at most `above` of `count` samples fall into it with probability 1 - {@link CONFIDENCE}. */
function upperBound(count: number, above: number): number {
  let [low, high] = [0, 1];
  for (let halving = 0; halving < 50; halving++) {
    const middle = (low + high) / 2;
    if (atMost(above, count, middle) > 1 - CONFIDENCE) low = middle;
    else high = middle;
  }
  return high;
}

/** P(X <= most) of a binomial X, in logarithms, since (1 - p)^N may be too small for a number. */
function atMost(most: number, count: number, p: number): number {
  let logarithm = count * Math.log1p(-p);
  let sum = Math.exp(logarithm);
  for (let hits = 1; hits <= most; hits++) {
    logarithm += Math.log((count + 1 - hits) / hits) + Math.log(p) - Math.log1p(-p);
    sum += Math.exp(logarithm);
  }
  return sum;
}
