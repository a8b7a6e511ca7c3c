import type { Size } from '@utad/training';

/** Nearest-neighbour resizing of a mask, with half-pixel centres, so that it fits the pictures it is drawn over. */
export function resizeMask(mask: Uint8Array, from: Size, to: Size): Uint8Array {
  const source = (place: number, axis: 0 | 1) => Math.floor(((place + 0.5) * from[axis]) / to[axis]);
  return Uint8Array.from({ length: to[0] * to[1] }, (_, index) => {
    const row = source(Math.floor(index / to[1]), 0);
    return mask[row * from[1] + source(index % to[1], 1)] ?? 0;
  });
}
