import type { Size } from '@utad/core';

/**
 * A mask made smaller so that nothing gets lost: a pixel is marked where any of those it stands for is.
 *
 * @param mask 0 or 1 for each pixel, row by row.
 */
export function shrinkMask(mask: Uint8Array, from: Size, to: Size): Uint8Array {
  const small = new Uint8Array(to[0] * to[1]);
  const span = (at: number, axis: 0 | 1): [first: number, last: number] => {
    const first = Math.floor((at * from[axis]) / to[axis]);
    return [first, Math.max(first, Math.ceil(((at + 1) * from[axis]) / to[axis]) - 1)];
  };
  for (let row = 0; row < to[0]; row++) {
    const [top, bottom] = span(row, 0);
    for (let column = 0; column < to[1]; column++) {
      const [left, right] = span(column, 1);
      for (let y = top; y <= bottom; y++) {
        if (mask.subarray(y * from[1] + left, y * from[1] + right + 1).includes(1)) {
          small[row * to[1] + column] = 1;
          break;
        }
      }
    }
  }
  return small;
}

/** The pixels around what is marked, as `[row, column]`: beside it and not on it, so that it can be seen. */
export function* outlineOf(mask: Uint8Array, [height, width]: Size): Generator<readonly [number, number]> {
  const marked = (row: number, column: number) =>
    row >= 0 && column >= 0 && row < height && column < width && mask[row * width + column] === 1;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (marked(row, column)) continue;
      const beside = [-1, 0, 1].some((y) => [-1, 0, 1].some((x) => marked(row + y, column + x)));
      if (beside) yield [row, column];
    }
  }
}
