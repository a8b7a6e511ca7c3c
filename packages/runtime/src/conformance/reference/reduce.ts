import { build, indices, type NdArray, valueAt } from '../nd-array';

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
  return keepDims
    ? whole
    : { shape: x.shape.filter((_, axis) => !axes.includes(axis)), values: whole.values };
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
export const mean = (values: readonly number[]): number => sum(values) / values.length;
export const max = (values: readonly number[]): number => Math.max(...values);
export const min = (values: readonly number[]): number => Math.min(...values);
