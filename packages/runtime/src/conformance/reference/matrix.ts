import { build, type NdArray, valueAt } from '../nd-array';

/** Rows and columns of the last two axes exchanged. */
export function transposed(x: NdArray): NdArray {
  const order = x.shape.map((_, axis) => axis);
  const [row = 0, column = 1] = order.splice(-2);
  return transpose(x, [...order, column, row]);
}

/** Axes in another order: axis i of the result is axis `order[i]` of x. */
export function transpose(x: NdArray, order: readonly number[]): NdArray {
  return build(
    order.map((axis) => x.shape[axis] ?? 1),
    (index) =>
      valueAt(
        x,
        order.map((_, axis) => index[order.indexOf(axis)] ?? 0),
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
