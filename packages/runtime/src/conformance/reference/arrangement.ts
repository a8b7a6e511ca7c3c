import { build, type NdArray, valueAt } from '../nd-array';

/** Arrays one after the other along an axis. */
export function concat(arrays: readonly NdArray[], axis: number): NdArray {
  const [first] = arrays;
  if (first === undefined) throw new RangeError('expected an array or more');
  const sideOf = ({ shape }: NdArray) => shape[axis] ?? 1;
  const length = arrays.reduce((total, array) => total + sideOf(array), 0);
  return build(first.shape.with(axis, length), (index) => {
    let place = index[axis] ?? 0;
    for (const array of arrays) {
      if (place < sideOf(array)) return valueAt(array, index.with(axis, place));
      place -= sideOf(array);
    }
    throw new RangeError('expected a place inside of one array');
  });
}

/** The part of an array from an index on. */
export function slice(x: NdArray, begin: readonly number[], size: readonly number[]): NdArray {
  return build(size, (index) =>
    valueAt(
      x,
      index.map((place, axis) => place + (begin[axis] ?? 0)),
    ),
  );
}

/** An array repeated along its axes. */
export function tile(x: NdArray, repetitions: readonly number[]): NdArray {
  return build(
    x.shape.map((side, axis) => side * (repetitions[axis] ?? 1)),
    (index) =>
      valueAt(
        x,
        index.map((place, axis) => place % (x.shape[axis] ?? 1)),
      ),
  );
}

/** The slices of x along an axis that a list names, in its order. */
export function gather(x: NdArray, chosen: readonly number[], axis: number): NdArray {
  return build(x.shape.with(axis, chosen.length), (index) =>
    valueAt(x, index.with(axis, chosen[index[axis] ?? 0] ?? 0)),
  );
}

/** Zeros or another constant around an array. */
export function pad(x: NdArray, paddings: readonly (readonly [number, number])[], constant: number): NdArray {
  return padded(x, paddings, (index) =>
    index.every((place, axis) => place >= 0 && place < (x.shape[axis] ?? 0)) ? valueAt(x, index) : constant,
  );
}

/** An array with its own mirror image around it: `reflect` without the border itself, `symmetric` with it. */
export function mirrorPad(
  x: NdArray,
  paddings: readonly (readonly [number, number])[],
  mode: 'reflect' | 'symmetric',
): NdArray {
  const border = mode === 'reflect' ? 0 : 1;
  return padded(x, paddings, (index) =>
    valueAt(
      x,
      index.map((place, axis) => {
        const side = x.shape[axis] ?? 1;
        if (place < 0) return -place - border;
        return place < side ? place : 2 * (side - 1) - place + border;
      }),
    ),
  );
}

function padded(
  x: NdArray,
  paddings: readonly (readonly [number, number])[],
  valueFor: (index: readonly number[]) => number,
): NdArray {
  return build(
    x.shape.map((side, axis) => side + (paddings[axis]?.[0] ?? 0) + (paddings[axis]?.[1] ?? 0)),
    (index) => valueFor(index.map((place, axis) => place - (paddings[axis]?.[0] ?? 0))),
  );
}

/** An array read backwards along some axes. */
export function reverse(x: NdArray, axes: readonly number[]): NdArray {
  return build(x.shape, (index) =>
    valueAt(
      x,
      index.map((place, axis) => (axes.includes(axis) ? (x.shape[axis] ?? 1) - 1 - place : place)),
    ),
  );
}

/** Rows of x added up by the segment that each belongs to. */
export function segmentSum(x: NdArray, segments: readonly number[], count: number): NdArray {
  return build(x.shape.with(0, count), (index) => {
    let sum = 0;
    for (const [row, segment] of segments.entries()) {
      if (segment === index[0]) sum += valueAt(x, index.with(0, row));
    }
    return sum;
  });
}
