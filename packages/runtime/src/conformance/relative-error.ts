/**
 * The largest difference over the largest expected value, or the largest difference where only zeros are expected. NaN
 * where a result is not a number.
 */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) {
    throw new RangeError(`expected ${expected.length} values, received ${actual.length}`);
  }
  let largest = 0;
  let difference = 0;
  for (let index = 0; index < expected.length; index++) {
    const value = expected[index] ?? Number.NaN;
    const distance = Math.abs(value - (actual[index] ?? Number.NaN));
    if (Number.isNaN(distance)) return Number.NaN;
    largest = Math.max(largest, Math.abs(value));
    difference = Math.max(difference, distance);
  }
  return largest === 0 ? difference : difference / largest;
}
