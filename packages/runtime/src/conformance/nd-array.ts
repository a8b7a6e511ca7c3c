/** Numbers in float64 with a shape, row by row: what references compute with. */
export interface NdArray {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** An array made value by value. */
export function build(shape: readonly number[], valueAt: (index: readonly number[]) => number): NdArray {
  const values = new Float64Array(sizeOf(shape));
  let at = 0;
  for (const index of indices(shape)) values[at++] = valueAt(index);
  return { shape, values };
}

/** The value at an index; an index outside of the array is a mistake in a reference. */
export function valueAt({ shape, values }: NdArray, index: readonly number[]): number {
  let at = 0;
  for (const [axis, side] of shape.entries()) {
    const place = index[axis] ?? -1;
    if (place < 0 || place >= side || index.length !== shape.length) {
      throw new RangeError(`expected an index inside of [${shape}], received [${index}]`);
    }
    at = at * side + place;
  }
  return values[at] ?? Number.NaN;
}

/** Every index of a shape, the last axis fastest. */
export function* indices(shape: readonly number[]): Generator<readonly number[]> {
  const count = sizeOf(shape);
  for (let at = 0; at < count; at++) {
    const index = new Array<number>(shape.length).fill(0);
    let rest = at;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const side = shape[axis] ?? 1;
      index[axis] = rest % side;
      rest = Math.floor(rest / side);
    }
    yield index;
  }
}

/** The sizes of an image-shaped array, `[B, H, W, C]`, or of a filter, `[h, w, in, out]`. */
export function sides4({ shape }: Pick<NdArray, 'shape'>): Sides4 {
  if (isSides4(shape)) return shape;
  throw new RangeError(`expected an array of rank 4, received [${shape}]`);
}

type Sides4 = readonly [number, number, number, number];
const isSides4 = (shape: readonly number[]): shape is Sides4 => shape.length === 4;

export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Numbers in a range, in an order that the seed fixes. They are evenly spaced, and none lies in the middle of the range:
 * no two are so close that a maximum could swing between them, and none is at the kink of a ReLU or an absolute value.
 * Each is a float32, so that backends and references start from the same.
 */
export function distinctNumbers(shape: readonly number[], seed: number, { from, to }: Range): NdArray {
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
