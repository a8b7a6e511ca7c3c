import type { Size } from '@utad/training';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { ImageError } from '../errors';

/** More pixels than any camera gives; a file that claims more is refused before it is decoded. */
const MOST_PIXELS = 2 ** 28;

/** An image as the networks want it. */
export interface DecodedImage {
  /** RGB, row by row, `H * W * 3` bytes. */
  readonly pixels: Uint8Array;
  readonly size: Size;
  /** What was changed on the way, in words that are the same for all images changed alike. */
  readonly conversions: readonly string[];
}

/**
 * Decodes an image to 8-bit sRGB of the size asked.
 *
 * EXIF orientation is applied; 16-bit, grey, palette and CMYK are converted; transparent parts are laid over black. The
 * aspect ratio is not kept. Resizing is bilinear with half-pixel centres, widened when shrinking so that no pixel of the
 * source is lost (libvips' `linear` kernel, as in Pillow's `BILINEAR`).
 *
 * @param file Bytes of a PNG, JPEG, WebP or TIFF.
 * @param path Names the image in errors.
 * @param size Default: as it is.
 * @throws ImageError when the bytes are no whole image of these formats.
 */
export async function decodeImage(file: Uint8Array, path: string, size?: Size): Promise<DecodedImage> {
  return decoding(file, path, async (image, metadata) => {
    const conversions = describeConversions(metadata, size);
    let pipeline = image.autoOrient();
    if (metadata.hasAlpha) pipeline = pipeline.flatten({ background: '#000000' });
    if (size !== undefined) pipeline = pipeline.resize(size[1], size[0], { fit: 'fill', kernel: 'linear' });
    const { data, info } = await pipeline
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const pixels = info.channels === 1 ? repeatGrey(data) : new Uint8Array(data);
    return { pixels, size: [info.height, info.width], conversions };
  });
}

/**
 * Decodes a ground-truth mask, resized by nearest neighbour: 1 where it is brighter than half, else 0.
 *
 * @throws ImageError
 */
export async function decodeMask(file: Uint8Array, path: string, size: Size): Promise<Uint8Array> {
  return decoding(file, path, async (image) => {
    const grey = await image
      .flatten({ background: '#000000' })
      .resize(size[1], size[0], { fit: 'fill', kernel: 'nearest' })
      .toColourspace('b-w')
      .raw({ depth: 'uchar' })
      .toBuffer();
    return Uint8Array.from(grey, (value) => (value > 127 ? 1 : 0));
  });
}

async function decoding<T>(
  file: Uint8Array,
  path: string,
  read: (image: Sharp, metadata: Metadata) => Promise<T>,
): Promise<T> {
  if (file.length === 0) throw new ImageError(path, '0 bytes');
  try {
    const image = sharp(file, { failOn: 'error', limitInputPixels: MOST_PIXELS });
    return await read(image, await image.metadata());
  } catch (error) {
    const [reason = 'no image'] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new ImageError(path, `${file.length} bytes (${reason.trim()})`, { cause: error });
  }
}

function describeConversions(metadata: Metadata, size: Size | undefined): string[] {
  const { space, depth, hasAlpha, orientation = 1, width, height } = metadata;
  const turned = orientation >= 5;
  const [from, to] = [turned ? `${width}x${height}` : `${height}x${width}`, size?.join('x')];
  return [
    space === 'cmyk' && 'CMYK converted to sRGB',
    (space === 'b-w' || space === 'grey16') && 'grey repeated over three channels',
    depth !== 'uchar' && '16 bits a channel reduced to 8',
    hasAlpha && 'transparency laid over black',
    orientation > 1 && 'turned as its EXIF orientation says',
    to !== undefined && to !== from && `resized from ${from} to ${to}`,
  ].filter((text) => text !== false);
}

function repeatGrey(grey: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(grey.length * 3);
  for (const [index, value] of grey.entries()) pixels.fill(value, index * 3, index * 3 + 3);
  return pixels;
}
