import type { Size } from '@utad/core';
import sharp, { type Sharp } from 'sharp';
import { DatasetError } from '../../errors';
import { enlarge } from './resample';

/** How bytes are laid out: row by row, channels last. */
export interface PixelLayout {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** 3 for RGB, 1 for grey. */
  readonly channels: 1 | 3;
}

/**
 * Resizes decoded pixels exactly as {@link decodeImage} resizes those of a file: bilinear with half-pixel centres, the
 * kernel widened when shrinking. The aspect ratio is not kept.
 *
 * @param pixels `height * width * channels` bytes.
 * @returns As many channels, in the size asked; the bytes that came, where that is their size already.
 * @throws DatasetError `invalid-option` when there are more or fewer bytes than the layout says, or a side is none.
 * @example await resizePixels(Uint8Array.of(0, 100), { height: 1, width: 2, channels: 1 }, [1, 4]) // 0, 25, 75, 100
 */
export async function resizePixels(pixels: Uint8Array, from: PixelLayout, to: Size): Promise<Uint8Array> {
  const { height, width, channels } = from;
  if ([height, width, ...to].some((side) => !Number.isSafeInteger(side) || side < 1)) {
    throw new DatasetError(
      'invalid-option',
      `resizePixels: expected sides in whole pixels from 1, received ${height}x${width} to ${to.join('x')}`,
    );
  }
  if (pixels.length !== height * width * channels) {
    throw new DatasetError(
      'invalid-option',
      `resizePixels: expected ${height * width * channels} bytes for ${height}x${width}x${channels}, received ${pixels.length}`,
    );
  }
  if (height === to[0] && width === to[1]) return pixels;
  const shrunkTo = smaller([height, width], to);
  let shrunk = pixels;
  if (shrunkTo[0] < height || shrunkTo[1] < width) {
    const raw = sharp(pixels, { raw: { width, height, channels } });
    const colours = channels === 1 ? 'b-w' : 'srgb';
    shrunk = new Uint8Array(
      await shrink(raw, shrunkTo).toColourspace(colours).raw({ depth: 'uchar' }).toBuffer(),
    );
  }
  return shrunkTo[0] === to[0] && shrunkTo[1] === to[1] ? shrunk : enlarge(shrunk, shrunkTo, to, channels);
}

/** Each side the smaller of two: what libvips shrinks to, before {@link enlarge} does what is left. */
export function smaller(from: Size, to: Size): Size {
  return [Math.min(from[0], to[0]), Math.min(from[1], to[1])];
}

/** Has libvips shrink, which it does with a kernel as wide as the step; no side may be larger than before. */
export function shrink(image: Sharp, [height, width]: Size): Sharp {
  return image.resize(width, height, { fit: 'fill', kernel: 'linear' });
}
