import { formatMetric } from '../../page/format';
import type { ReportInterval } from '../metrics';

/** `0.701 to 0.846`. */
export function intervalOf({ low, high }: ReportInterval): string {
  return `${formatMetric(low)} to ${formatMetric(high)}`;
}

/** `95 %`. */
export function confidenceOf({ confidence }: ReportInterval): string {
  return `${Number((confidence * 100).toFixed(1))} %`;
}
