import type { Measured } from '../../run/metrics';

export function meanOf(values: readonly number[]): Measured {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a sample, n - 1 in the denominator; one value has no deviation. */
export function sampleDeviation(values: readonly number[]): Measured {
  const mean = meanOf(values);
  if (mean === null || values.length < 2) return null;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
