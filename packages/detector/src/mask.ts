import type { Size } from '@utad/training';

/** Nearest-neighbour resizing of a ground-truth mask, with half-pixel centres. */
export function resizeMask(mask: Uint8Array, from: Size, to: Size): Uint8Array {
  const resized = new Uint8Array(to[0] * to[1]);
  for (let row = 0; row < to[0]; row++) {
    const sourceRow = Math.floor(((row + 0.5) * from[0]) / to[0]);
    for (let column = 0; column < to[1]; column++) {
      const sourceColumn = Math.floor(((column + 0.5) * from[1]) / to[1]);
      resized[row * to[1] + column] = mask[sourceRow * from[1] + sourceColumn] ?? 0;
    }
  }
  return resized;
}
