import type { Size } from '@utad/core';
import { LETTER, lettering } from './lettering';

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
