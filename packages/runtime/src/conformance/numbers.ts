import { type NdArray, sizeOf } from './nd-array';

export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Numbers in a range, in an order that the seed fixes. They are evenly spaced, and none lies in the middle of the range:
 * no two are so close that a maximum could swing between them, and none is at the kink of a ReLU or an absolute value.
 * Each is a float32, so that backends and references start from the same.
 */
export function numbers(shape: readonly number[], seed: number, { from, to }: Range): NdArray {
  const count = sizeOf(shape);
  const values = Float64Array.from({ length: count }, (_, place) =>
    Math.fround(from + ((to - from) * (place + 0.25)) / count),
  );
  const random = generator(seed);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const value = values[last] ?? 0;
    values[last] = values[other] ?? 0;
    values[other] = value;
  }
  return { shape, values };
}

/** Mulberry32: uniform in [0, 1), the same everywhere. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
