import type { Size } from '@utad/core';

/** Red, green, blue, each from 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** RGB pixels to draw on; what lies outside is left out. */
export class Canvas {
  readonly pixels: Uint8Array;

  constructor(
    readonly size: Size,
    background: Colour,
  ) {
    this.pixels = new Uint8Array(size[0] * size[1] * 3);
    for (let at = 0; at < this.pixels.length; at += 3) this.pixels.set(background, at);
  }

  dot(row: number, column: number, colour: Colour): void {
    const [height, width] = this.size;
    if (row < 0 || column < 0 || row >= height || column >= width) return;
    this.pixels.set(colour, (row * width + column) * 3);
  }

  /** Puts an image of RGB bytes where its top left pixel is to be. */
  image(pixels: Uint8Array, [height, width]: Size, top: number, left: number): void {
    for (let row = 0; row < height; row++) {
      const line = pixels.subarray(row * width * 3, (row + 1) * width * 3);
      this.pixels.set(line, ((top + row) * this.size[1] + left) * 3);
    }
  }

  /** Writes in capitals, each pixel of a letter `scale` pixels wide. */
  text(text: string, top: number, left: number, colour: Colour, scale: number): void {
    const room = Math.floor((this.size[1] - left) / (LETTER.width * scale));
    for (const [row, column] of lettering(text.slice(0, room))) {
      for (let y = 0; y < scale; y++) {
        for (let x = 0; x < scale; x++) this.dot(top + row * scale + y, left + column * scale + x, colour);
      }
    }
  }
}

/** Seven rows of five pixels for each letter, the leftmost pixel in the highest bit. */
const GLYPHS: Readonly<Record<string, string>> = {
  A: '0e11111f111111',
  B: '1e11111e11111e',
  C: '0e11101010110e',
  D: '1e11111111111e',
  E: '1f10101e10101f',
  F: '1f10101e101010',
  G: '0e11101711110f',
  H: '1111111f111111',
  I: '0e04040404040e',
  J: '0702020202120c',
  K: '11121418141211',
  L: '1010101010101f',
  M: '111b1515111111',
  N: '11191513111111',
  O: '0e11111111110e',
  P: '1e11111e101010',
  Q: '0e11111115120d',
  R: '1e11111e141211',
  S: '0f10100e01011e',
  T: '1f040404040404',
  U: '1111111111110e',
  V: '11111111110a04',
  W: '11111115151b11',
  X: '11110a040a1111',
  Y: '11110a04040404',
  Z: '1f01020408101f',
  0: '0e11131519110e',
  1: '040c040404040e',
  2: '0e11010204081f',
  3: '1f02040201110e',
  4: '02060a121f0202',
  5: '1f101e0101110e',
  6: '0608101e11110e',
  7: '1f010204080808',
  8: '0e11110e11110e',
  9: '0e11110f01020c',
  '/': '01010204081010',
  _: '0000000000001f',
  '-': '0000001f000000',
  '.': '00000000000c0c',
  ',': '000000000c0408',
  '(': '02040808080402',
  ')': '08040202020408',
  ':': '000c0c000c0c00',
  '+': '0004041f040400',
  ' ': '00000000000000',
  '?': '0e110102040004',
};

/** Height of a line of capitals, and width of one with the gap to the next, at scale 1. */
export const LETTER = { height: 7, width: 6 } as const;

/**
 * The pixels that write a text in capitals, as `[row, column]`; what there is no letter for is a question mark. Letters
 * of our own, because the fonts of a machine differ, and a server has none.
 */
function* lettering(text: string): Generator<readonly [row: number, column: number]> {
  for (const [place, letter] of [...text.toUpperCase()].entries()) {
    const glyph = Buffer.from(GLYPHS[letter] ?? GLYPHS['?'] ?? '', 'hex');
    for (const [row, bits] of glyph.entries()) {
      for (let column = 0; column < 5; column++) {
        if ((bits >> (4 - column)) & 1) yield [row, place * LETTER.width + column];
      }
    }
  }
}
