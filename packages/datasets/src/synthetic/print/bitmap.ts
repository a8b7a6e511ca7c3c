/** A printing plate: rows of ones (ink) and zeros. */
export interface Bitmap {
  readonly rows: number;
  readonly columns: number;
  /** `rows * columns` values, row by row. */
  readonly bits: Uint8Array;
}

/**
 * The share of ink in the box of half sides `halfX`, `halfY` about (x, y), 0 to 1. A bit is 1 wide and 1 high; the
 * first has its corner in the origin.
 */
export function inkIn(bitmap: Bitmap, x: number, y: number, halfX: number, halfY: number): number {
  const { rows, columns, bits } = bitmap;
  const [left, right, top, bottom] = [x - halfX, x + halfX, y - halfY, y + halfY];
  if (right <= 0 || bottom <= 0 || left >= columns || top >= rows) return 0;
  let ink = 0;
  for (let row = Math.max(0, Math.floor(top)); row < Math.min(rows, bottom); row++) {
    const high = Math.min(bottom, row + 1) - Math.max(top, row);
    for (let column = Math.max(0, Math.floor(left)); column < Math.min(columns, right); column++) {
      if (bits[row * columns + column] === 1)
        ink += high * (Math.min(right, column + 1) - Math.max(left, column));
    }
  }
  return ink / (4 * halfX * halfY);
}
