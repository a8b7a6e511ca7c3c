import type { Size } from '@utad/core';
import sharp from 'sharp';
import type { EncodedPicture } from '../run/gallery/gallery';

/** Pixels of one image, RGB, `H * W * 3` bytes. */
export interface Raster {
  readonly pixels: Uint8Array;
  readonly size: Size;
}

const raw = ({ pixels, size: [height, width] }: Raster) =>
  sharp(pixels, { raw: { height, width, channels: 3 } });

export async function toPng(raster: Raster): Promise<Uint8Array> {
  // Of a photograph of three megapixels level 9 makes 0.2 % more bytes than 6, and takes five times as long.
  return new Uint8Array(await raw(raster).png({ compressionLevel: 6 }).toBuffer());
}

/**
 * A picture as WebP: photographs take a tenth of the bytes of PNG, and every browser of the last years reads it.
 *
 * @param side - Its longer side is made at most so long, in the same proportions.
 */
export async function toWebp(raster: Raster, quality: number, side?: number): Promise<EncodedPicture> {
  const scale = side === undefined ? 1 : Math.min(1, side / Math.max(...raster.size));
  const within = (length: number) => Math.max(1, Math.round(length * scale));
  const [height, width] = [within(raster.size[0]), within(raster.size[1])];
  const picture = scale < 1 ? raw(raster).resize({ height, width, fit: 'fill' }) : raw(raster);
  const bytes = await picture.webp({ quality, smartSubsample: true }).toBuffer();
  return { source: `data:image/webp;base64,${bytes.toString('base64')}`, size: [height, width] };
}

/** Enlarges by a whole factor, smoothly. */
export async function enlarge(raster: Raster, scale: number): Promise<Raster> {
  if (scale === 1) return raster;
  const [height, width] = raster.size;
  const size: Size = [height * scale, width * scale];
  const pixels = await raw(raster)
    .resize({ height: size[0], width: size[1], fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer();
  return { pixels: new Uint8Array(pixels), size };
}

/**
 * Enlarges a mask of 0 and 1 by a whole factor; its edge follows the contour at one half instead of pixel steps.
 * Bilinear with half-pixel centres, which sharp's kernels are not when they enlarge.
 */
export function enlargeMask(mask: Uint8Array, [height, width]: Size, scale: number): Uint8Array {
  if (scale === 1) return mask;
  const rows = neighbours(height, scale);
  const columns = neighbours(width, scale);
  const enlarged = new Uint8Array(rows.length * columns.length);
  rows.forEach(([top, bottom, down], y) => {
    columns.forEach(([left, right, across], x) => {
      const at = (row: number, column: number) => mask[row * width + column] ?? 0;
      const upper = at(top, left) * (1 - across) + at(top, right) * across;
      const lower = at(bottom, left) * (1 - across) + at(bottom, right) * across;
      enlarged[y * columns.length + x] = upper * (1 - down) + lower * down >= 0.5 ? 1 : 0;
    });
  });
  return enlarged;
}

/** For each place of an enlarged axis: the two places it lies between, and how far it is from the first to the second. */
function neighbours(
  length: number,
  scale: number,
): (readonly [first: number, second: number, share: number])[] {
  return Array.from({ length: length * scale }, (_, i) => {
    const place = Math.min(Math.max((i + 0.5) / scale - 0.5, 0), length - 1);
    const first = Math.floor(place);
    return [first, Math.min(first + 1, length - 1), place - first];
  });
}
