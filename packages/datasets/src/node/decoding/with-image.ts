import type { Size } from '@utad/core';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { ImageError } from '../../errors';
import { isBmp, readBmp } from './bmp';
import { CHANGE } from './changes';
import { checkBytes, type ImageLimits, limitsOf } from './limits';
import { plainPng } from './plain-png';

const FORMATS: ReadonlySet<string> = new Set(['png', 'jpeg', 'webp', 'tiff']);

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
  const { autoOrient } = metadata;
  const changes = changesOf(metadata);
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

function changesOf({ space, depth, hasAlpha, hasProfile, orientation = 1 }: Metadata): number {
  return (
    (space === 'cmyk' ? CHANGE.cmyk : 0) |
    (space === 'b-w' || space === 'grey16' ? CHANGE.grey : 0) |
    (depth !== 'uchar' ? CHANGE.deep : 0) |
    (hasAlpha ? CHANGE.alpha : 0) |
    (orientation > 1 ? CHANGE.turned : 0) |
    (space === 'b-w' && depth === 'uchar' && !hasProfile ? CHANGE.plainGrey : 0)
  );
}
