import { MetricError } from './error';

/** Counts the ones of an array that must hold nothing but 0 and 1. */
export function countOnes(values: ArrayLike<number>, metric: string, name: string): number {
  let ones = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === 1) ones++;
    else if (value !== 0) {
      throw new MetricError(
        'label',
        `${metric}: expected ${name} of 0 and 1, received ${value} at index ${i}`,
      );
    }
  }
  return ones;
}

export function expectSameLength(
  metric: string,
  [firstName, first]: readonly [string, ArrayLike<number>],
  [secondName, second]: readonly [string, ArrayLike<number>],
): void {
  if (first.length === second.length) return;
  throw new MetricError(
    'length',
    `${metric}: expected as many ${firstName} as ${secondName}, received ${first.length} and ${second.length}`,
  );
}
