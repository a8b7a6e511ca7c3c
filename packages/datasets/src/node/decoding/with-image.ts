import { readFile, stat } from 'node:fs/promises';
import type { Size } from '@utad/core';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { ImageError } from '../../errors';
import { isBmp, readBmp } from './bmp';
import { animationFrames, plainPng } from './plain-png';

const FORMATS: ReadonlySet<string> = new Set(['png', 'jpeg', 'webp', 'tiff']);

/** 1 bit, 8 bits and 16 bits, as libvips calls them. */
const DEPTHS: ReadonlySet<string> = new Set(['uchar', 'ushort']);
const DEPTH_NAMES: Readonly<Record<string, string>> = {
  char: '8-bit integer',
  short: '16-bit integer',
  int: '32-bit integer',
  uint: '32-bit integer',
  float: '32-bit float',
  double: '64-bit float',
};

/** An image whose header is read and whose pixels are not. */
export interface HeadedImage {
  /** Turned as its EXIF orientation says, transparency laid over black. */
  readonly image: Sharp;
  /** Height and width as a viewer shows it, turned. */
  readonly fileSize: Size;
  /** Bits of {@link CHANGE}. */
  readonly changes: number;
}

/**
 * Reads an image's header, checks it against the limits, and hands it on to be decoded.
 *
 * @throws ImageError whatever goes wrong, in the decoding as well.
 */
export async function withImage<T>(
  file: Uint8Array,
  path: string,
  limits: ImageLimits | undefined,
  read: (headed: HeadedImage) => Promise<T>,
): Promise<T> {
  checkBytes(file.length, path, limits);
  try {
    const { pixels } = limitsOf(limits);
    return await read(
      isBmp(file) ? headBmp(file, pixels) : (headPlainPng(file, pixels) ?? (await headOther(file, pixels))),
    );
  } catch (error) {
    throw new ImageError(path, `${file.length} bytes (${oneLine(error)})`, { cause: error });
  }
}

/** The first line of what libvips says. */
export function oneLine(error: unknown): string {
  const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return reason.trim() || 'no image';
}

/** libvips has no reader for BMP. */
function headBmp(file: Uint8Array, mostPixels: number): HeadedImage {
  const { width, height, pixels, grey } = readBmp(file, mostPixels);
  const image = sharp(pixels, { raw: { width, height, channels: 3 } });
  return { image, fileSize: [height, width], changes: CHANGE.bmp | (grey ? CHANGE.grey : 0) };
}

function headPlainPng(file: Uint8Array, mostPixels: number): HeadedImage | undefined {
  const header = plainPng(file);
  if (header === undefined) return undefined;
  // libvips compares the size with the limit when it decodes.
  const image = sharp(file, { failOn: 'error', limitInputPixels: mostPixels });
  const changes = header.colours === 'grey' ? CHANGE.grey | CHANGE.plainGrey : 0;
  return { image, fileSize: header.size, changes };
}

async function headOther(file: Uint8Array, mostPixels: number): Promise<HeadedImage> {
  const image = sharp(file, { failOn: 'error', limitInputPixels: mostPixels });
  const metadata = await image.metadata();
  // libvips reads more than is promised here, SVG among it, which is a program rather than a picture.
  if (!FORMATS.has(metadata.format)) throw new Error(`format ${metadata.format}`);
  const { autoOrient, depth, pages = animationFrames(file) } = metadata;
  if (!DEPTHS.has(depth)) {
    // What is black and what is white is not known of such numbers, and libvips would cut them off.
    throw new Error(`${DEPTH_NAMES[depth] ?? depth} pixels, expected 8 or 16 bits without a sign`);
  }
  const changes = (changesOf(metadata) | (Math.min(pages, MOST_FRAMES) << FRAMES_SHIFT)) >>> 0;
  return {
    image: upright(image, changes),
    fileSize: [autoOrient.height, autoOrient.width],
    changes,
  };
}

/** What {@link withImage} hands on of a file that was decoded before, its header not read again; no BMP. */
export function knownImage(
  path: string,
  known: Omit<HeadedImage, 'image'>,
  limits: ImageLimits | undefined,
): HeadedImage {
  const image = sharp(path, { failOn: 'error', limitInputPixels: limitsOf(limits).pixels });
  return { ...known, image: upright(image, known.changes) };
}

function upright(image: Sharp, changes: number): Sharp {
  const turned = image.autoOrient();
  return (changes & CHANGE.alpha) === 0 ? turned : turned.flatten({ background: '#000000' });
}

function changesOf({ format, space, depth, hasAlpha, hasProfile, orientation = 1 }: Metadata): number {
  return (
    (space === 'cmyk' ? CHANGE.cmyk : 0) |
    (space === 'b-w' || space === 'grey16' ? CHANGE.grey : 0) |
    (depth !== 'uchar' ? CHANGE.deep : 0) |
    (hasAlpha ? CHANGE.alpha : 0) |
    (orientation > 1 ? CHANGE.turned : 0) |
    (space === 'b-w' && depth === 'uchar' && !hasProfile ? CHANGE.plainGrey : 0) |
    (format === 'jpeg' || format === 'webp' ? CHANGE.shrinkOnLoad : 0)
  );
}

/**
 * What decoding did to one image besides resizing, a bit each, so that a cache of a million images keeps it in a byte;
 * and three things that a second decoding wants to know beforehand: that it is one channel of 8 bits whose colours need no
 * conversion, which would take a sixth of the time, that it is a BMP, and that its format is one that libvips would let
 * the decoder shrink.
 */
export const CHANGE = {
  cmyk: 1,
  grey: 2,
  deep: 4,
  alpha: 8,
  turned: 16,
  plainGrey: 32,
  bmp: 64,
  shrinkOnLoad: 128,
} as const;

/** Every bit of {@link CHANGE}. Those above say more of a mask; of an image, three more things, which a second decoding needs not. */
export const ALL_CHANGES = 255;

/** Fewer than 32 grey levels are left of an image of 16 bits that has more. */
export const FEW_LEVELS = 256;
/** Values of an image are above the white level. */
export const CLIPPED = 512;
/** The number of frames or pages in the file, where the first one was taken of several. */
const FRAMES_SHIFT = 16;
const MOST_FRAMES = 65_535;

/**
 * Says what was done to an image, in words that are the same for all images changed alike.
 *
 * @param white The level that it was decoded with, where that made a difference.
 * @param asked Whether anybody said what is white.
 */
export function describeChanges(
  changes: number,
  from: Size,
  to: Size,
  { white, asked }: { readonly white?: number | undefined; readonly asked?: boolean } = {},
): string[] {
  const at = white === undefined ? '' : `, white at ${white}`;
  const since = white === undefined ? ', since white is taken to be 65535' : at;
  const advice = asked ? '' : '; learn with `whiteLevel` auto';
  const words: readonly (readonly [bit: number, words: string])[] = [
    [CHANGE.cmyk, 'CMYK converted to sRGB'],
    [CHANGE.grey, 'grey repeated over three channels'],
    [CHANGE.deep, `16 bits a channel reduced to 8${at}`],
    [FEW_LEVELS, `fewer than 32 grey levels left of its 16 bits${since}${advice}`],
    [CLIPPED, `values above the white level ${white} clipped`],
    [CHANGE.alpha, 'transparency laid over black'],
    [CHANGE.turned, 'turned as its EXIF orientation says'],
  ];
  const said = words.filter(([bit]) => (changes & bit) !== 0).map(([, words]) => words);
  const frames = changes >>> FRAMES_SHIFT;
  if (frames > 1) said.push(`the first of ${frames} frames or pages taken`);
  const same = from[0] === to[0] && from[1] === to[1];
  return same ? said : [...said, `resized from ${from.join('x')} to ${to.join('x')}`];
}

/** The values of an image of 16 bits, row by row, channels last. */
export async function sixteenBits(image: Sharp, space: 'grey16' | 'rgb16'): Promise<Uint16Array> {
  const values = await image.clone().toColourspace(space).raw({ depth: 'ushort' }).toBuffer();
  return new Uint16Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.length));
}

/** What tells one state of a file from a later one without reading it. */
export interface FileState {
  readonly bytes: number;
  /** Nanoseconds since 1970: of the last change of content, and of anything, permissions and name included. */
  readonly modified: bigint;
  readonly changed: bigint;
}

/**
 * Looks at an image file without opening it.
 *
 * @throws ImageError when there is none, or it is something else: a device or a pipe might never end.
 */
export async function imageFileState(path: string): Promise<FileState> {
  const stats = await stat(path, { bigint: true }).catch(asImageError(path));
  if (!stats.isFile())
    throw new ImageError(path, stats.isDirectory() ? 'a folder' : 'something that is no file');
  return { bytes: Number(stats.size), modified: stats.mtimeNs, changed: stats.ctimeNs };
}

/**
 * The bytes of an image file, whose size is looked at before it is read.
 *
 * @throws ImageError when it is too large, empty, or cannot be read.
 */
export async function readImageFile(
  path: string,
  limits?: ImageLimits,
  state?: { readonly bytes: number },
): Promise<Uint8Array> {
  const { bytes } = state ?? (await imageFileState(path));
  checkBytes(bytes, path, limits);
  return readFile(path).catch(asImageError(path));
}

const asImageError = (path: string) => (cause: Error) => {
  throw new ImageError(path, cause.message, { cause });
};

/** What is refused before anything is decoded. */
export interface ImageLimits {
  /** Pixels that an image's header may claim. Default 2 ** 28, more than any camera gives. */
  readonly pixels?: number;
  /** Bytes that an image file may have. Default 2 ** 30. */
  readonly bytes?: number;
}

const MOST_PIXELS = 2 ** 28;
const MOST_BYTES = 2 ** 30;

/** The limits with their defaults. */
function limitsOf({ pixels = MOST_PIXELS, bytes = MOST_BYTES }: ImageLimits = {}): Required<ImageLimits> {
  return { pixels, bytes };
}

/** @throws ImageError unless a file of so many bytes may be decoded. */
function checkBytes(bytes: number, path: string, limits?: ImageLimits): void {
  if (bytes === 0) throw new ImageError(path, '0 bytes');
  const most = limitsOf(limits).bytes;
  if (bytes > most) throw new ImageError(path, `${bytes} bytes (more than the limit of ${most})`);
}
