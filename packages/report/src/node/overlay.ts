import type { Size } from '@utad/core';
import { expectLength, unexpected } from '../error';
import { type Colour, groundTruthColour, segmentationColour } from '../page/colours';
import { enlarge, enlargeMask, type Raster, toPng } from './raster';

const halo: Colour = [0, 0, 0];

/** An outline is one pixel thick for so many pixels of the longer side, to be seen when the picture fits a screen. */
const pixelsPerOutline = 100;

/** What {@link overlay} draws over an image. */
export interface OverlayOptions {
  /** `H * W` bytes: 1 where a pixel is called anomalous. Tinted and outlined in orange. */
  readonly segmentation: Uint8Array;
  /** `H * W` bytes: 1 where a pixel is anomalous. Outlined in cyan, from just outside. */
  readonly groundTruth?: Uint8Array;
  /**
   * Whole factor by which the picture is enlarged, so that the outlines on small images are thin and smooth.
   * Default 1: as large as the image.
   */
  readonly scale?: number;
}

export async function overlayRaster(
  pixels: Uint8Array,
  size: Size,
  { segmentation, groundTruth, scale = 1 }: OverlayOptions,
): Promise<Raster> {
  expectLength('image', pixels, size, 3);
  expectLength('segmentation', segmentation, size);
  if (groundTruth) expectLength('ground truth', groundTruth, size);
  if (!(Number.isInteger(scale) && scale >= 1)) {
    throw unexpected('range', 'scale', 'a whole number of at least 1', scale);
  }
  const enlarged = await enlarge({ pixels, size }, scale);
  const canvas: Raster = { pixels: enlarged.pixels.slice(), size: enlarged.size };
  const called = enlargeMask(segmentation, size, scale);
  called.forEach((value, i) => {
    if (value === 1) blend(canvas, i, segmentationColour, 0.45);
  });
  const thickness = Math.max(1, Math.round(Math.max(...canvas.size) / pixelsPerOutline));
  outline(canvas, called, thickness, segmentationColour);
  if (groundTruth) {
    const sound = invert(enlargeMask(groundTruth, size, scale));
    // Just outside the defect, so that it hides neither the defect nor the outline of the segmentation; the dark edge
    // keeps it visible on bright surfaces.
    if (thickness > 1) outline(canvas, sound, thickness + 1, halo);
    outline(canvas, sound, thickness, groundTruthColour);
  }
  return canvas;
}

/**
 * Draws a segmentation over its image in orange, and the outline of the ground truth in cyan.
 *
 * @param pixels - RGB, `H * W * 3` bytes.
 * @param size - Height and width of the image and of both masks.
 * @returns A PNG file, RGB, `scale` times as large.
 * @throws `ReportError` When a length does not fit the size, or `scale` is not a whole number.
 */
export async function overlay(pixels: Uint8Array, size: Size, options: OverlayOptions): Promise<Uint8Array> {
  return toPng(await overlayRaster(pixels, size, options));
}

function blend({ pixels }: Raster, pixel: number, colour: Colour, opacity: number): void {
  colour.forEach((value, channel) => {
    const i = pixel * 3 + channel;
    pixels[i] = Math.round((pixels[i] ?? 0) * (1 - opacity) + value * opacity);
  });
}

/** Paints the pixels of the mask that lie within `thickness` of a pixel that is not in it. */
function outline(canvas: Raster, mask: Uint8Array, thickness: number, colour: Colour): void {
  const [height, width] = canvas.size;
  const outside = (y: number, x: number) =>
    y >= 0 && y < height && x >= 0 && x < width && mask[y * width + x] === 0;
  mask.forEach((value, i) => {
    if (value !== 1) return;
    const [y, x] = [Math.floor(i / width), i % width];
    for (let step = 1; step <= thickness; step++) {
      if (outside(y - step, x) || outside(y + step, x) || outside(y, x - step) || outside(y, x + step)) {
        blend(canvas, i, colour, 1);
        return;
      }
    }
  });
}

const invert = (mask: Uint8Array) => mask.map((value) => 1 - value);
