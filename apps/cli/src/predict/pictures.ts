import type { Size } from '@utad/core';
import { heatmap, overlay } from '@utad/report';
import { writeFile } from '../write-file';

/** Where the two pictures of an image go. */
export interface PicturePaths {
  readonly map: string;
  readonly overlay: string;
}

/** What they are drawn from, all of one size. */
export interface Pictured {
  readonly size: Size;
  /** The image, RGB, `H * W * 3` bytes. */
  readonly pixels: Uint8Array;
  /** `H * W` */
  readonly map: Float32Array;
  /** Ground truth, where it is to be outlined: `H * W`, 0 good, 1 anomalous. */
  readonly mask?: Uint8Array;
}

/** Pictures are enlarged so that their longer side has at least so many pixels. */
const PICTURE_SIDE = 320;

/** Draws the map, and what reaches the threshold over the image, as PNG. */
export async function writePictures(
  paths: PicturePaths,
  { size, pixels, map, mask }: Pictured,
  threshold: number,
): Promise<void> {
  const segmentation = Uint8Array.from(map, (value) => Number(value >= threshold));
  const scale = Math.max(1, Math.ceil(PICTURE_SIDE / Math.max(...size)));
  // The same colours for every image of a bundle: the threshold is always half-way.
  await writeFile(paths.map, await heatmap(map, size, [0, 2 * threshold]));
  const options = { segmentation, scale, ...(mask && { groundTruth: mask }) };
  await writeFile(paths.overlay, await overlay(pixels, size, options));
}
