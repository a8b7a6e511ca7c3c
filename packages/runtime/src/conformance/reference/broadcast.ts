import { build, type NdArray, valueAt } from '../nd-array';

/** A function of two numbers over two arrays; sides of 1, and those that are not there, repeat. */
export function elementwise2(a: NdArray, b: NdArray, f: (a: number, b: number) => number): NdArray {
  const rank = Math.max(a.shape.length, b.shape.length);
  const sideOf = ({ shape }: NdArray, axis: number) => shape[axis - (rank - shape.length)] ?? 1;
  const shape = Array.from({ length: rank }, (_, axis) => Math.max(sideOf(a, axis), sideOf(b, axis)));
  const read = (array: NdArray, index: readonly number[]) =>
    valueAt(
      array,
      index.slice(rank - array.shape.length).map((place, axis) => (array.shape[axis] === 1 ? 0 : place)),
    );
  return build(shape, (index) => f(read(a, index), read(b, index)));
}

/** A function of one number over an array. */
export function elementwise(x: NdArray, f: (x: number) => number): NdArray {
  return { shape: x.shape, values: x.values.map((value) => f(value)) };
}
