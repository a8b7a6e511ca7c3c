import { expectFinite } from './checks';
import { unexpected } from './error';

/** The smallest and the largest of some values. */
export interface MinMax {
  /** The smallest value. */
  readonly min: number;
  /** The largest value. */
  readonly max: number;
}

/**
 * Smallest and largest value in one pass, for arrays of any length (`Math.max(...values)` overflows the stack).
 *
 * @param values - `[N]`, finite.
 * @throws {@link MetricError} `empty` without values; `not-finite`.
 *
 * @example
 * ```ts
 * minMax([3, -1, 2]); // { min: -1, max: 3 }
 * ```
 */
export function minMax(values: ArrayLike<number>): MinMax {
  if (values.length === 0) throw unexpected('empty', 'minMax', 'at least one value', 'none');
  expectFinite(values, 'minMax', 'values');
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}
