import { formatMetric } from '../page/format';
import type { Measured } from '../run/metrics';

/** A difference with its sign, `+0.021`, or a dash. */
export function formatDifference(value: Measured): string {
  const text = formatMetric(value);
  return value !== null && value > 0 && text !== '0.000' ? `+${text}` : text.replace(/^−(0\.000)$/, '$1');
}

/** `0.031`, `< 0.001`, or a dash. */
export function formatPValue(value: Measured): string {
  return value !== null && value < 0.001 ? '< 0.001' : formatMetric(value);
}
