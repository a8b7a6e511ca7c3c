import type { Size } from './images';

/**
 * Resizes by nearest neighbour with half-pixel centres: each pixel takes the value whose centre is nearest to its own. For
 * ground-truth masks.
 *
 * @param values `from[0] * from[1]`, row by row.
 */
export function resizeNearest(values: Uint8Array, from: Size, to: Size): Uint8Array {
  const taken = new Uint8Array(to[0] * to[1]);
  for (let row = 0; row < to[0]; row++) {
    const start = Math.floor(((row + 0.5) * from[0]) / to[0]) * from[1];
    for (let column = 0; column < to[1]; column++) {
      taken[row * to[1] + column] = values[start + Math.floor(((column + 0.5) * from[1]) / to[1])] ?? 0;
    }
  }
  return taken;
}

/** Repeats each grey value over three channels: `H * W` bytes become `H * W * 3`. */
export function repeatGrey(grey: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(grey.length * 3);
  for (let index = 0, next = 0; index < grey.length; index++) {
    const value = grey[index] ?? 0;
    pixels[next++] = value;
    pixels[next++] = value;
    pixels[next++] = value;
  }
  return pixels;
}
