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
export function sides4({ shape }: Pick<NdArray, 'shape'>): readonly [number, number, number, number] {
  const [first, second, third, fourth] = shape;
  if (
    first === undefined ||
    second === undefined ||
    third === undefined ||
    fourth === undefined ||
    shape.length !== 4
  ) {
    throw new RangeError(`expected an array of rank 4, received [${shape}]`);
  }
  return [first, second, third, fourth];
}
