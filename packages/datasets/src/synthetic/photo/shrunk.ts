import type { Size } from '@utad/core';
import type { Colour } from '../colour';

/** A picture as colours in [0, 1], row by row. */
export interface Picture {
  readonly size: Size;
  readonly colours: readonly Colour[];
}

/** RGB bytes as a picture whose shorter side has `side` pixels at most: means over blocks of whole pixels. */
export function shrunk(rgb: Uint8Array, [height, width]: Size, side: number): Picture {
  const factor = Math.min(1, side / Math.min(height, width));
  const size: Size = [Math.max(1, Math.round(height * factor)), Math.max(1, Math.round(width * factor))];
  const colours: Colour[] = [];
  for (let row = 0; row < size[0]; row++) {
    const [top, bottom] = block(row, height, size[0]);
    for (let column = 0; column < size[1]; column++) {
      const [left, right] = block(column, width, size[1]);
      const sum: [number, number, number] = [0, 0, 0];
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          const at = (y * width + x) * 3;
          sum[0] += rgb[at] ?? 0;
          sum[1] += rgb[at + 1] ?? 0;
          sum[2] += rgb[at + 2] ?? 0;
        }
      }
      const scale = 1 / (255 * (bottom - top) * (right - left));
      colours.push([sum[0] * scale, sum[1] * scale, sum[2] * scale]);
    }
  }
  return { size, colours };
}

const block = (index: number, from: number, to: number): readonly [first: number, end: number] => [
  Math.floor((index * from) / to),
  Math.max(Math.floor((index * from) / to) + 1, Math.floor(((index + 1) * from) / to)),
];
