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

/** Longer than any screen. */
const LONGEST_SIDE = 2048;

/** The size in which an image is drawn: its own, within bounds. */
export function pictureSize([height, width]: Size): Size {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(height, width));
  return [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))];
}

/** By so much an image may be squeezed before it is said. */
const MOST_SQUEEZED = 1.05;

/** Says that the network sees an image out of its proportions; undefined where they are kept. */
export function aspectSentence(path: string, from: Size, to: Size): string | undefined {
  const ratio = (from[0] * to[1]) / (from[1] * to[0]);
  const squeezed = Math.max(ratio, 1 / ratio);
  if (squeezed <= MOST_SQUEEZED) return undefined;
  return `The network does not see images in their proportions: ${path} of ${from.join('x')} is squeezed to ${to.join('x')}, by ${squeezed.toFixed(2)}.`;
}

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
