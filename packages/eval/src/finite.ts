import { MetricError } from './error';

/** NaN cannot be ranked, and an infinite score says nothing of how anomalous something is. */
export function expectFinite(values: ArrayLike<number>, metric: string, name: string): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new MetricError(
        'not-finite',
        `${metric}: expected finite ${name}, received ${values[i]} at index ${i}`,
      );
    }
  }
}
