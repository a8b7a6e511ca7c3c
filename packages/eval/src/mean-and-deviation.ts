import { expectFinite } from './checks';

/**
 * The arithmetic mean.
 *
 * @param values - `[N]`, finite.
 * @returns `null` without values.
 * @throws {@link MetricError} `not-finite`.
 *
 * @example
 * ```ts
 * mean([1, 2, 6]); // 3
 * ```
 */
export function mean(values: readonly number[]): number | null {
  expectFinite(values, 'mean', 'values');
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The standard deviation of a sample, n - 1 in the denominator.
 *
 * @param values - `[N]`, finite.
 * @returns At least 0; `null` with fewer than two values.
 * @throws {@link MetricError} `not-finite`.
 *
 * @example
 * ```ts
 * sampleDeviation([1, 3]); // 1.4142135623730951
 * ```
 */
export function sampleDeviation(values: readonly number[]): number | null {
  expectFinite(values, 'sampleDeviation', 'values');
  const center = mean(values);
  if (center === null || values.length < 2) return null;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}
