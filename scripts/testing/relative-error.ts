/**
 * The largest difference over the largest expected value: how a result in float32 is compared with one in float64.
 *
 * @param floor Divides instead where the largest expected value is smaller, so that what cancels to nearly nothing is
 *   judged by the size of what cancelled. Default 0.
 * @throws Error when the lengths differ, so that nothing is compared with nothing.
 */
export function relativeError(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { floor = 0 }: { floor?: number } = {},
): number {
  if (actual.length !== expected.length) {
    throw new Error(`relativeError: expected ${expected.length} values, received ${actual.length}`);
  }
  let scale = floor;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i] ?? Number.NaN;
    const distance = Math.abs(value - (actual[i] ?? Number.NaN));
    if (Number.isNaN(distance)) return Number.NaN;
    scale = Math.max(scale, Math.abs(value));
    difference = Math.max(difference, distance);
  }
  return scale === 0 ? difference : difference / scale;
}
