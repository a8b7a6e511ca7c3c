import type { Size } from '@utad/training';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { ImageError } from '../errors';
import { enlarge, nearest } from './resample';

/** More pixels than any camera gives; a file that claims more is refused before it is decoded. */
const MOST_PIXELS = 2 ** 28;
const FORMATS: ReadonlySet<string> = new Set(['png', 'jpeg', 'webp', 'tiff']);

/** An image as the networks want it. */
export interface DecodedImage {
  /** RGB, row by row, `H * W * 3` bytes. */
  readonly pixels: Uint8Array;
  /** Height and width, in pixels. */
  readonly size: Size;
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
    const { autoOrient } = metadata;
    if (size !== undefined) {
      const [height, width] = [Math.min(size[0], autoOrient.height), Math.min(size[1], autoOrient.width)];
      pipeline = pipeline.resize(width, height, { fit: 'fill', kernel: 'linear' });
    }
    const { data, info } = await pipeline
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const pixels = info.channels === 1 ? repeatGrey(data) : new Uint8Array(data);
    const decoded: Size = [info.height, info.width];
    if (size === undefined || (size[0] === decoded[0] && size[1] === decoded[1])) {
      return { pixels, size: decoded, conversions };
    }
    return { pixels: enlarge(pixels, decoded, size, 3), size: [size[0], size[1]], conversions };
  });
}

/**
 * Decodes a ground-truth mask, resized by nearest neighbour with half-pixel centres: 1 where it is brighter than half,
 * else 0.
 *
 * @throws ImageError
 */
export async function decodeMask(file: Uint8Array, path: string, size: Size): Promise<Uint8Array> {
  return decoding(file, path, async (image) => {
    const { data, info } = await image
      .autoOrient()
      .flatten({ background: '#000000' })
      .toColourspace('b-w')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return nearest(data, [info.height, info.width], size).map((value) => (value > 127 ? 1 : 0));
  });
}

/**
 * The size of an image as it is stored, after turning.
 *
 * @throws ImageError
 */
export async function storedSize(file: Uint8Array, path: string): Promise<Size> {
  return decoding(file, path, async (_, { autoOrient }) => [autoOrient.height, autoOrient.width]);
}

async function decoding<T>(
  file: Uint8Array,
  path: string,
  read: (image: Sharp, metadata: Metadata) => Promise<T>,
): Promise<T> {
  if (file.length === 0) throw new ImageError(path, '0 bytes');
  try {
    const image = sharp(file, { failOn: 'error', limitInputPixels: MOST_PIXELS });
    const metadata = await image.metadata();
    // libvips reads more than is promised here, SVG among it, which is a program rather than a picture.
    if (!FORMATS.has(metadata.format)) throw new Error(`format ${metadata.format}`);
    return await read(image, metadata);
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
