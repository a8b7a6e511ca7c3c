import { build, indices, type NdArray, valueAt } from '../nd-array';

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

/** An array whose value at a place is that of x at another place, found axis by axis. */
function rearranged(
  x: NdArray,
  shape: readonly number[],
  placeIn: (place: number, axis: number) => number,
): NdArray {
  return build(shape, (index) => valueAt(x, index.map(placeIn)));
}

/** The part of an array from an index on. */
export function slice(x: NdArray, begin: readonly number[], size: readonly number[]): NdArray {
  return rearranged(x, size, (place, axis) => place + (begin[axis] ?? 0));
}

/** An array repeated along its axes. */
export function tile(x: NdArray, repetitions: readonly number[]): NdArray {
  const shape = x.shape.map((side, axis) => side * (repetitions[axis] ?? 1));
  return rearranged(x, shape, (place, axis) => place % (x.shape[axis] ?? 1));
}

/** The slices of x along an axis that a list names, in its order. */
export function gather(x: NdArray, chosen: readonly number[], axis: number): NdArray {
  const shape = x.shape.with(axis, chosen.length);
  return rearranged(x, shape, (place, along) => (along === axis ? (chosen[place] ?? 0) : place));
}

type Paddings = readonly (readonly [before: number, after: number])[];

/** Zeros or another constant around an array. */
export function pad(x: NdArray, paddings: Paddings, constant: number): NdArray {
  return build(paddedShape(x, paddings), (index) => {
    const inside = index.map((place, axis) => place - (paddings[axis]?.[0] ?? 0));
    const isThere = inside.every((place, axis) => place >= 0 && place < (x.shape[axis] ?? 0));
    return isThere ? valueAt(x, inside) : constant;
  });
}

/** An array with its own mirror image around it: `reflect` without the border itself, `symmetric` with it. */
export function mirrorPad(x: NdArray, paddings: Paddings, mode: 'reflect' | 'symmetric'): NdArray {
  const border = mode === 'reflect' ? 0 : 1;
  return rearranged(x, paddedShape(x, paddings), (place, axis) => {
    const inside = place - (paddings[axis]?.[0] ?? 0);
    const side = x.shape[axis] ?? 1;
    if (inside < 0) return -inside - border;
    return inside < side ? inside : 2 * (side - 1) - inside + border;
  });
}

const paddedShape = ({ shape }: NdArray, paddings: Paddings): number[] =>
  shape.map((side, axis) => side + (paddings[axis]?.[0] ?? 0) + (paddings[axis]?.[1] ?? 0));

/** An array read backwards along some axes. */
export function reverse(x: NdArray, axes: readonly number[]): NdArray {
  const last = (axis: number) => (x.shape[axis] ?? 1) - 1;
  return rearranged(x, x.shape, (place, axis) => (axes.includes(axis) ? last(axis) - place : place));
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

/** A function of two numbers over two arrays; sides of 1, and those that are not there, repeat. */
export function elementwise2(a: NdArray, b: NdArray, f: (a: number, b: number) => number): NdArray {
  const rank = Math.max(a.shape.length, b.shape.length);
  const sideOf = ({ shape }: NdArray, axis: number) => shape[axis - (rank - shape.length)] ?? 1;
  const shape = Array.from({ length: rank }, (_, axis) => Math.max(sideOf(a, axis), sideOf(b, axis)));
  const read = (array: NdArray, index: readonly number[]) => {
    const own = index.slice(rank - array.shape.length);
    return valueAt(
      array,
      own.map((place, axis) => (array.shape[axis] === 1 ? 0 : place)),
    );
  };
  return build(shape, (index) => f(read(a, index), read(b, index)));
}

/** A function of one number over an array. */
export function elementwise(x: NdArray, f: (x: number) => number): NdArray {
  return { shape: x.shape, values: x.values.map((value) => f(value)) };
}

/** Rows and columns of the last two axes exchanged. */
export function transposed(x: NdArray): NdArray {
  const order = x.shape.map((_, axis) => axis);
  const [row = 0, column = 1] = order.splice(-2);
  return transpose(x, [...order, column, row]);
}

/** Axes in another order: axis i of the result is axis `order[i]` of x. */
export function transpose(x: NdArray, order: readonly number[]): NdArray {
  const shape = order.map((axis) => x.shape[axis] ?? 1);
  const from = order.map((_, axis) => order.indexOf(axis));
  return build(shape, (index) =>
    valueAt(
      x,
      from.map((axis) => index[axis] ?? 0),
    ),
  );
}

/** Products of matrices: `[..., M, K]` by `[..., K, N]`; leading axes are equal, or 1 on one side. */
export function matMul(a: NdArray, b: NdArray): NdArray {
  const leading = a.shape.slice(0, -2).map((side, axis) => Math.max(side, b.shape[axis] ?? 1));
  const [rows = 1, inner = 1] = a.shape.slice(-2);
  const columns = b.shape.at(-1) ?? 1;
  const within = (array: NdArray, index: readonly number[]) =>
    index.map((place, axis) => (array.shape[axis] === 1 ? 0 : place));
  return build([...leading, rows, columns], (index) => {
    const batch = index.slice(0, -2);
    const [row = 0, column = 0] = index.slice(-2);
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      sum += valueAt(a, [...within(a, batch), row, k]) * valueAt(b, [...within(b, batch), k, column]);
    }
    return sum;
  });
}

/** A function of all values along some axes; those axes stay with length 1, or go. */
export function reduce(
  x: NdArray,
  axes: readonly number[],
  keepDims: boolean,
  f: (values: readonly number[]) => number,
): NdArray {
  const reduced = x.shape.filter((_, axis) => axes.includes(axis));
  const kept = x.shape.map((side, axis) => (axes.includes(axis) ? 1 : side));
  const whole = build(kept, (index) => {
    const values = [...indices(reduced)].map((inner) => {
      let next = 0;
      return valueAt(
        x,
        index.map((place, axis) => (axes.includes(axis) ? (inner[next++] ?? 0) : place)),
      );
    });
    return f(values);
  });
  const shape = keepDims ? kept : x.shape.filter((_, axis) => !axes.includes(axis));
  return { shape, values: whole.values };
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
export const mean = (values: readonly number[]): number => sum(values) / values.length;
export const max = (values: readonly number[]): number => Math.max(...values);
export const min = (values: readonly number[]): number => Math.min(...values);
