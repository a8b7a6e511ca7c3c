import type { Bitmap } from './bitmap';

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
