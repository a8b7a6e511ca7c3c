import type { Point } from './geometry';

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
function inkIn(bitmap: Bitmap, x: number, y: number, halfX: number, halfY: number): number {
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

const GLYPH_ROWS = 5;
const GLYPH_COLUMNS = 3;

/** Five rows of three bits each, the highest bit to the left. */
const GLYPHS: Readonly<Record<string, readonly number[]>> = {
  ' ': [0, 0, 0, 0, 0],
  '-': [0, 0, 7, 0, 0],
  '.': [0, 0, 0, 0, 2],
  '0': [7, 5, 5, 5, 7],
  '1': [2, 6, 2, 2, 7],
  '2': [7, 1, 7, 4, 7],
  '3': [7, 1, 7, 1, 7],
  '4': [5, 5, 7, 1, 1],
  '5': [7, 4, 7, 1, 7],
  '6': [7, 4, 7, 5, 7],
  '7': [7, 1, 1, 2, 2],
  '8': [7, 5, 7, 5, 7],
  '9': [7, 5, 7, 1, 7],
  A: [2, 5, 7, 5, 5],
  C: [7, 4, 4, 4, 7],
  D: [6, 5, 5, 5, 6],
  E: [7, 4, 6, 4, 7],
  L: [4, 4, 4, 4, 7],
  M: [5, 7, 7, 5, 5],
  O: [7, 5, 5, 5, 7],
  P: [7, 5, 7, 4, 4],
  R: [6, 5, 6, 5, 5],
  T: [7, 2, 2, 2, 2],
  U: [5, 5, 5, 5, 7],
  V: [5, 5, 5, 5, 2],
  X: [5, 5, 2, 5, 5],
};

/** One line of text, its glyphs a bit apart. */
export function textPlate(text: string): Bitmap {
  const columns = text.length * (GLYPH_COLUMNS + 1) - 1;
  const bits = new Uint8Array(GLYPH_ROWS * columns);
  [...text].forEach((letter, place) => {
    const glyph = GLYPHS[letter];
    if (glyph === undefined) throw new Error(`textPlate: expected a letter of the font, received ${letter}`);
    glyph.forEach((line, row) => {
      for (let column = 0; column < GLYPH_COLUMNS; column++) {
        const bit = (line >> (GLYPH_COLUMNS - 1 - column)) & 1;
        bits[row * columns + place * (GLYPH_COLUMNS + 1) + column] = bit;
      }
    });
  });
  return { rows: GLYPH_ROWS, columns, bits };
}

/** A plate in its place on the product, in the product's own frame. */
export interface Block {
  readonly plate: Bitmap;
  readonly middle: Point;
  /** Half width and half height. */
  readonly half: Point;
}

/** A block whose bits are squares of side `bit`. */
export const textBlock = (plate: Bitmap, middle: Point, bit: number): Block => ({
  plate,
  middle,
  half: [(plate.columns * bit) / 2, (plate.rows * bit) / 2],
});

/** The share of ink in a pixel of side `pixel` about a point of the product's frame, 0 to 1. */
export function inkOf(blocks: readonly Block[], [u, v]: Point, pixel: number): number {
  let ink = 0;
  for (const { plate, middle, half } of blocks) {
    const [dx, dy] = [u - middle[0] + half[0], v - middle[1] + half[1]];
    if (dx < -pixel || dy < -pixel || dx > 2 * half[0] + pixel || dy > 2 * half[1] + pixel) continue;
    const perX = plate.columns / (2 * half[0]);
    const perY = plate.rows / (2 * half[1]);
    ink += inkIn(plate, dx * perX, dy * perY, (pixel / 2) * perX, (pixel / 2) * perY);
  }
  return Math.min(1, ink);
}
