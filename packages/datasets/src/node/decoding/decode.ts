import { type PixelLayout, repeatGrey, resizeImage, type Size } from '@utad/core';
import sharp, { type Sharp } from 'sharp';
import { checkWhole, DatasetError } from '../../errors';
import { readMask, shrinkMask } from './read-mask';
import { bytesBelow, HIGHEST_WHITE_LEVEL, LEAST_WHITE_LEVEL, levelOf, toByte } from './white-level';
import {
  ALL_CHANGES,
  CHANGE,
  CLIPPED,
  describeChanges,
  FEW_LEVELS,
  type HeadedImage,
  type ImageLimits,
  readImageFile,
  sixteenBits,
  withImage,
} from './with-image';

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

/** How an image is decoded, and what is refused before. */
export interface DecodeOptions extends ImageLimits {
  /** What is white in an image of more than 8 bits, from 255 to 65535; values above it are white too. Default 65535. */
  readonly whiteLevel?: number;
}

/**
 * Decodes an image to 8-bit sRGB of the size asked.
 *
 * EXIF orientation is applied; 16-bit, grey, palette and CMYK are converted; transparent parts are laid over black. The
 * aspect ratio is not kept. The whole picture is decoded, turned and converted before it is resized, so that the bytes are
 * those of `resizeImage` of `@utad/core`, whatever the format. Resizing is bilinear with half-pixel centres, the kernel
 * widened when shrinking so that no pixel of the source is lost, as Pillow's `BILINEAR` does. Above a quarter of the size
 * it is within 1 of Pillow's result, apart from the outermost pixels, where Pillow leaves out what libvips repeats. From a
 * quarter down libvips first takes means of whole blocks.
 *
 * @param file Bytes of a PNG, JPEG, WebP, TIFF or uncompressed BMP.
 * @param path Names the image in errors.
 * @param size Default: as it is.
 * @throws ImageError when the bytes are no whole image of these formats, or exceed the limits.
 * @throws DatasetError `invalid-option` for a white level out of its range.
 */
export async function decodeImage(
  file: Uint8Array,
  path: string,
  size?: Size,
  options: DecodeOptions = {},
): Promise<DecodedImage> {
  const { whiteLevel } = options;
  checkWhiteLevel(whiteLevel);
  const { pixels, fileSize, changes } = await decodePixels(file, path, size, options);
  const to: Size = size === undefined ? fileSize : [size[0], size[1]];
  const rgb = channelsOf(changes) === 1 ? repeatGrey(pixels) : pixels;
  const white = { white: levelOf(changes, whiteLevel), asked: whiteLevel !== undefined };
  return { pixels: rgb, size: to, fileSize, conversions: describeChanges(changes, fileSize, to, white) };
}

/** @throws DatasetError `invalid-option` */
export function checkWhiteLevel(level: number | undefined): void {
  if (level !== undefined) checkWhole('whiteLevel', level, LEAST_WHITE_LEVEL, HIGHEST_WHITE_LEVEL);
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
  options?: DecodeOptions,
): Promise<DecodedPixels> {
  return withImage(file, path, options, (headed) => imagePixels(headed, size, options?.whiteLevel));
}

/** Decodes what was headed: of the size asked, or as it is. */
export async function imagePixels(
  headed: HeadedImage,
  size?: Size,
  whiteLevel?: number,
): Promise<DecodedPixels> {
  const { image, fileSize, changes } = headed;
  const to = size ?? fileSize;
  const [height, width] = [Math.min(fileSize[0], to[0]), Math.min(fileSize[1], to[1])];
  const channels = channelsOf(changes);
  const level = levelOf(changes, whiteLevel);
  const few = (changes & CHANGE.deep) !== 0 && (await losesLevels(headed, level)) ? FEW_LEVELS : 0;
  const below = level === undefined ? undefined : await bytesBelow(headed, level);
  const clipped = below?.clipped ? CLIPPED : 0;
  // libvips shrinks with a kernel as wide as the step. What it enlarges it places half a pixel further down and to the right.
  const whole = below && pictureOf(below.bytes, fileSize);
  const shrunk = shrinks(fileSize, to)
    ? (whole ?? (await wholePicture(headed))).resize(width, height, { fit: 'fill', kernel: 'linear' })
    : (whole ?? image);
  const pixels = await bytesOf(shrunk, channels);
  return {
    pixels: resizeImage(pixels, { height, width, channels }, to),
    fileSize,
    changes: (changes | few | clipped) >>> 0,
  };
}

/** Fewer grey levels than this show in what is learned from them. */
const FEWEST_LEVELS = 32;

/** Whether a picture of 16 bits has so many levels that lie so near to each other that 8 bits tell few of them apart. */
async function losesLevels({ image }: HeadedImage, white: number | undefined): Promise<boolean> {
  const [levels, left] = [new Set<number>(), new Set<number>()];
  for (const value of await sixteenBits(image, 'grey16')) {
    levels.add(value);
    left.add(toByte(value, white));
    if (left.size >= FEWEST_LEVELS) return false;
  }
  return levels.size >= FEWEST_LEVELS;
}

/** Whether an image of one size has a side that is longer than that of the other. */
export function shrinks(from: Size, to: Size): boolean {
  return to[0] < from[0] || to[1] < from[1];
}

/** The picture such that resizing it starts from all of its pixels, as 8 bits, the right way up. */
async function wholePicture({ image, fileSize: [height, width], changes }: HeadedImage): Promise<Sharp> {
  // 16 bits would be resized as such; of a turned picture libvips computes other rows at once, which may round otherwise.
  if ((changes & (CHANGE.deep | CHANGE.turned)) !== 0) {
    const channels = channelsOf(changes);
    return pictureOf(await bytesOf(image, channels), [height, width]);
  }
  // What is cut before it is resized is decoded whole: https://sharp.pixelplumbing.com/api-resize/#extract.
  return (changes & CHANGE.shrinkOnLoad) === 0 ? image : image.extract({ left: 0, top: 0, width, height });
}

/** Bytes of one channel or three, row by row, as an image. */
function pictureOf(bytes: Uint8Array, [height, width]: Size): Sharp {
  const channels = bytes.length === height * width ? 1 : 3;
  return sharp(bytes, { raw: { height, width, channels }, limitInputPixels: false });
}

async function bytesOf(image: Sharp, channels: 1 | 3): Promise<Uint8Array> {
  const { data, info } = await image
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== channels) throw new Error(`expected ${channels} channels, received ${info.channels}`);
  return new Uint8Array(data.buffer, data.byteOffset, data.length);
}

/**
 * Decodes a ground-truth mask, resized by nearest neighbour with half-pixel centres: 1 where it is brighter than
 * `threshold`, else 0.
 *
 * @param threshold From 0, where all that is not black is anomalous, to 254; or `by-values`, as masks of a dataset are read.
 *   Default 127: brighter than half.
 * @throws ImageError
 */
export async function decodeMask(
  file: Uint8Array,
  path: string,
  size: Size,
  threshold: number | 'by-values' = 127,
  limits?: ImageLimits,
): Promise<Uint8Array> {
  const above = threshold === 'by-values' ? undefined : threshold;
  return (await decodeMaskPixels(file, path, { size, threshold: above, limits })).pixels;
}

/** {@link decodeMask} with the mask's own size, and what `readMask` makes of its values where there is no threshold. */
export function decodeMaskPixels(
  file: Uint8Array,
  path: string,
  {
    size,
    threshold,
    limits,
  }: { size?: Size; threshold: number | undefined; limits: ImageLimits | undefined },
): Promise<DecodedPixels> {
  return withImage(file, path, limits, (headed) => maskPixels(headed, size, threshold));
}

/** Decodes what was headed to 0 and 1: of the size asked, or as it is. Its changes have the bits of `maskFacts`. */
export async function maskPixels(
  headed: HeadedImage,
  size: Size | undefined,
  threshold: number | undefined,
): Promise<DecodedPixels> {
  const { fileSize, changes } = headed;
  const mask = await readMask(headed, threshold);
  const { pixels, facts } = shrinkMask(mask, fileSize, size ?? fileSize);
  return { pixels, fileSize, changes: ((changes & ALL_CHANGES) | facts) >>> 0 };
}

/** An image file, decoded. */
export interface FileImage {
  /** Bytes, row by row, channels last: `H * W * channels`. */
  readonly pixels: Uint8Array;
  /** Height and width, in pixels. */
  readonly size: Size;
  /** 1 where the file is grey and needs no conversion of colours, else 3 for RGB. */
  readonly channels: 1 | 3;
}

/** How {@link readImage} reads. */
export interface ReadImageOptions {
  /** Resize to this, as {@link decodeImage} does. Default: as it is. */
  readonly size?: Size;
  /** What is refused before it is decoded. */
  readonly limits?: ImageLimits;
  /** As for {@link decodeImage}. */
  readonly whiteLevel?: number;
}

/**
 * Reads an image file and decodes it as {@link decodeImage} does, but for grey, which keeps its one channel.
 *
 * @throws ImageError when it is no whole image, or exceeds the limits.
 */
export async function readImage(
  path: string,
  { size, limits, whiteLevel }: ReadImageOptions = {},
): Promise<FileImage> {
  checkWhiteLevel(whiteLevel);
  const file = await readImageFile(path, limits);
  const options = { ...limits, ...(whiteLevel !== undefined && { whiteLevel }) };
  const { pixels, fileSize, changes } = await decodePixels(file, path, size, options);
  return { pixels, size: size ?? fileSize, channels: channelsOf(changes) };
}

/**
 * Resizes decoded pixels exactly as {@link decodeImage} resizes those of a file: `resizeImage` of `@utad/core`, which
 * `decodeImage` equals byte for byte.
 *
 * @param pixels `height * width * channels` bytes.
 * @returns As many channels, in the size asked; the bytes that came, where that is their size already.
 * @throws DatasetError `invalid-option` when there are more or fewer bytes than the layout says, or a side is none.
 * @example await resizePixels(Uint8Array.of(0, 100), { height: 1, width: 2, channels: 1 }, [1, 4]) // 0, 25, 75, 100
 */
export async function resizePixels(pixels: Uint8Array, from: PixelLayout, to: Size): Promise<Uint8Array> {
  try {
    return resizeImage(pixels, from, to);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DatasetError('invalid-option', error.message.replace('resizeImage', 'resizePixels'));
  }
}
