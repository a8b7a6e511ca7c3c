import { resizeBilinear, type Size } from '@utad/core';
import { writeFileAtomic } from '@utad/files/node';
import { heatmap, overlay } from '@utad/report/node';

/** Where the two pictures of an image go. */
export interface PicturePaths {
  readonly map: string;
  readonly overlay: string;
}

/** What they are drawn from. */
export interface Pictured {
  /** Of the image. */
  readonly size: Size;
  /** The image, RGB, `H * W * 3` bytes. */
  readonly pixels: Uint8Array;
  /** As many values as `mapSize` has pixels. */
  readonly map: Float32Array;
  readonly mapSize: Size;
  /** Ground truth, where it is to be outlined: `H * W`, 0 good, 1 anomalous. */
  readonly mask?: Uint8Array;
}

/** Pictures are enlarged so that their longer side has at least so many pixels. */
const PICTURE_SIDE = 320;

/** Draws the map, and what reaches the threshold over the image, as PNG. */
export async function writePictures(
  paths: PicturePaths,
  { size, pixels, map: own, mapSize, mask }: Pictured,
  threshold: number,
): Promise<void> {
  const map = mapAt(own, mapSize, size);
  const segmentation = Uint8Array.from(map, (value) => Number(value >= threshold));
  const scale = Math.max(1, Math.ceil(PICTURE_SIDE / Math.max(...size)));
  // The same colours for every image of a bundle: the threshold is always half-way.
  await writeFileAtomic(paths.map, await heatmap(map, size, [0, 2 * threshold]));
  const options = { segmentation, scale, ...(mask && { groundTruth: mask }) };
  await writeFileAtomic(paths.overlay, await overlay(pixels, size, options));
}

/** A map in the size of what it is shown with. */
export function mapAt(map: Float32Array, from: Size, to: Size): Float32Array {
  return from[0] === to[0] && from[1] === to[1] ? map : resizeBilinear(map, from, to);
}
