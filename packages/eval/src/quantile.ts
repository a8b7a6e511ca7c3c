import { expectFinite } from './checks';
import { unexpected } from './error';

/**
 * Quantile by linear interpolation between order statistics, as `numpy.quantile` does by default: the value at place
 * `q (N - 1)` of the sorted values.
 *
 * A threshold fitted on good samples alone is such a quantile of their scores: at 0.95 no more than one in twenty of them
 * reaches it, and one more where their number leaves a remainder.
 *
 * @param values - `[N]`, finite, in any order; not changed.
 * @param q - In [0, 1].
 * @throws {@link MetricError} `range` for a q outside [0, 1]; `empty` without values; `not-finite`.
 *
 * @example
 * ```ts
 * quantile([3, 1, 2, 4], 0.5); // 2.5
 * ```
 */
export function quantile(values: ArrayLike<number>, q: number): number {
  expectShare(q, 'quantile');
  if (values.length === 0) throw unexpected('empty', 'quantile', 'at least one value', 'none');
  expectFinite(values, 'quantile', 'values');
  const sorted = values instanceof Float32Array ? values.slice() : Float64Array.from(values);
  sorted.sort();
  return quantileOf(q, sorted.length, (rank) => sorted[rank] ?? Number.NaN);
}

/** @param valueAt the value of this rank, from 0 for the smallest */
export function quantileOf(q: number, count: number, valueAt: (rank: number) => number): number {
  const place = q * (count - 1);
  const below = valueAt(Math.floor(place));
  const above = valueAt(Math.ceil(place));
  const share = place - Math.floor(place);
  // Interpolating from the nearer end keeps the result between the two, whatever the rounding.
  return share < 0.5 ? below + (above - below) * share : above - (above - below) * (1 - share);
}

export function expectShare(q: number, metric: string): void {
  if (q >= 0 && q <= 1) return;
  throw unexpected('range', metric, 'q in [0, 1]', q);
}
