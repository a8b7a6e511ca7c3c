import type { Size } from '@utad/core';
import { repeatGrey, resizeNearest } from '@utad/core';
import { CHANGE, describeChanges } from './changes';
import type { ImageLimits } from './limits';
import { enlarge } from './resample';
import { shrink, smaller } from './resize-pixels';
import { type HeadedImage, withImage } from './with-image';

/** An image as the networks want it. */
export interface DecodedImage {
  /** RGB, row by row, `H * W * 3` bytes. */
  readonly pixels: Uint8Array;
  /** Height and width, in pixels. */
  readonly size: Size;
  /** Height and width in the file, turned as its EXIF orientation says. */
  readonly fileSize: Size;
  /** What was changed on the way, in words that are the same for all images changed alike. */
  readonly conversions: readonly string[];
}

/**
 * Decodes an image to 8-bit sRGB of the size asked.
 *
 * EXIF orientation is applied; 16-bit, grey, palette and CMYK are converted; transparent parts are laid over black. The
 * aspect ratio is not kept. Resizing is bilinear with half-pixel centres, the kernel widened when shrinking so that no
 * pixel of the source is lost, as Pillow's `BILINEAR` does. Above a quarter of the size it is within 1 of Pillow's
 * result, apart from the outermost pixels, where Pillow leaves out what libvips repeats. From a quarter down libvips first
 * takes means of whole blocks.
 *
 * @param file Bytes of a PNG, JPEG, WebP, TIFF or uncompressed BMP.
 * @param path Names the image in errors.
 * @param size Default: as it is.
 * @param limits What is refused before it is decoded.
 * @throws ImageError when the bytes are no whole image of these formats, or exceed the limits.
 */
export async function decodeImage(
  file: Uint8Array,
  path: string,
  size?: Size,
  limits?: ImageLimits,
): Promise<DecodedImage> {
  const { pixels, fileSize, changes } = await decodePixels(file, path, size, limits);
  const to: Size = size === undefined ? fileSize : [size[0], size[1]];
  const rgb = channelsOf(changes) === 1 ? repeatGrey(pixels) : pixels;
  return { pixels: rgb, size: to, fileSize, conversions: describeChanges(changes, fileSize, to) };
}

/** Pixels, and what a cache keeps beside them. */
export interface DecodedPixels {
  /** Bytes, row by row, channels last: of an image as many as {@link channelsOf} says, of a mask one. */
  readonly pixels: Uint8Array;
  /** Height and width in the file, turned. */
  readonly fileSize: Size;
  /** Bits of `CHANGE`. */
  readonly changes: number;
}

/** How many channels an image is decoded to: a third of the memory holds what is grey and needs no conversion. */
export function channelsOf(changes: number): 1 | 3 {
  return (changes & CHANGE.plainGrey) === 0 ? 3 : 1;
}

/** {@link decodeImage} without the words, and without repeating grey over three channels. */
export function decodePixels(
  file: Uint8Array,
  path: string,
  size?: Size,
  limits?: ImageLimits,
): Promise<DecodedPixels> {
  return withImage(file, path, limits, (headed) => imagePixels(headed, size));
}

/** Decodes what was headed: of the size asked, or as it is. */
export async function imagePixels(headed: HeadedImage, size?: Size): Promise<DecodedPixels> {
  const { image, fileSize, changes } = headed;
  const to = size ?? fileSize;
  const shrunkTo = smaller(fileSize, to);
  const shrunk = shrunkTo[0] < fileSize[0] || shrunkTo[1] < fileSize[1] ? shrink(image, shrunkTo) : image;
  const channels = channelsOf(changes);
  const { data, info } = await shrunk
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== channels) throw new Error(`expected ${channels} channels, received ${info.channels}`);
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.length);
  const enlarges = shrunkTo[0] < to[0] || shrunkTo[1] < to[1];
  return { pixels: enlarges ? enlarge(pixels, shrunkTo, to, channels) : pixels, fileSize, changes };
}

/**
 * Decodes a ground-truth mask, resized by nearest neighbour with half-pixel centres: 1 where it is brighter than
 * `threshold`, else 0.
 *
 * @param threshold From 0, where all that is not black is anomalous, to 254. Default 127: brighter than half.
 * @throws ImageError
 */
export async function decodeMask(
  file: Uint8Array,
  path: string,
  size: Size,
  threshold = 127,
  limits?: ImageLimits,
): Promise<Uint8Array> {
  return (await decodeMaskPixels(file, path, { size, threshold, limits })).pixels;
}

/** {@link decodeMask} with the mask's own size. */
export function decodeMaskPixels(
  file: Uint8Array,
  path: string,
  { size, threshold, limits }: { size: Size; threshold: number; limits: ImageLimits | undefined },
): Promise<DecodedPixels> {
  return withImage(file, path, limits, (headed) => maskPixels(headed, size, threshold));
}

/** Decodes what was headed to 0 and 1. */
export async function maskPixels(
  { image, fileSize, changes }: HeadedImage,
  size: Size,
  threshold: number,
): Promise<DecodedPixels> {
  const { data, info } = await image
    .toColourspace('b-w')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const taken = resizeNearest(data, [info.height, info.width], size);
  for (const [index, value] of taken.entries()) taken[index] = value > threshold ? 1 : 0;
  return { pixels: taken, fileSize, changes };
}
