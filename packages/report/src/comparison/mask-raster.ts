import type { Size } from '@utad/core';
import { expectLength, type Raster } from '../pictures/raster';

/** A mask of 0 and 1 in black and white. */
export function maskRaster(mask: Uint8Array, size: Size): Raster {
  expectLength('ground truth', mask, size);
  const pixels = new Uint8Array(mask.length * 3);
  for (const [i, value] of mask.entries()) pixels.fill(value === 0 ? 0 : 255, i * 3, i * 3 + 3);
  return { pixels, size };
}
