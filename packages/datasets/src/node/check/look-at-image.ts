import { createHash } from 'node:crypto';
import type { Size } from '@utad/core';
import { ImageError } from '../../errors';
import { CHANGE } from '../decoding/changes';
import { readImageFile } from '../decoding/read-image-file';
import { withImage } from '../decoding/with-image';
import type { ImageEntry } from '../pipeline/image-entry';

/** What a mask file holds. */
interface SeenMask {
  readonly path: string;
  readonly size: Size;
  readonly threshold: number;
  /** Share of its pixels above the threshold, from 0 to 1. */
  readonly marked: number;
  /** Its highest value, from 0 to 255. */
  readonly brightest: number;
}

/** What the files of one entry hold, decoded from end to end. */
export interface SeenImage {
  readonly size: Size;
  readonly mode: string;
  /** SHA-256 of the file. */
  readonly hash: string;
  /** Undefined where there is none; an error where it is no image. */
  readonly mask: SeenMask | ImageError | undefined;
}

/** @throws ImageError when the image cannot be read; what is wrong with its mask is returned. */
export async function lookAtImage(entry: ImageEntry): Promise<SeenImage> {
  const file = await readImageFile(entry.path);
  const seen = await withImage(file, entry.path, undefined, async ({ image, fileSize, changes }) => {
    // A file that is cut off shows when its last row is decoded.
    await image.raw().toBuffer();
    return { size: fileSize, mode: modeOf(changes) };
  });
  const hash = createHash('sha256').update(file).digest('hex');
  return { ...seen, hash, mask: await lookAtMask(entry) };
}

async function lookAtMask({ mask }: ImageEntry): Promise<SeenMask | ImageError | undefined> {
  if (mask === undefined || mask === 'none') return undefined;
  const { path, threshold = 127 } = mask;
  try {
    const file = await readImageFile(path);
    return await withImage(file, path, undefined, async ({ image, fileSize }) => {
      const values = await image.toColourspace('b-w').raw({ depth: 'uchar' }).toBuffer();
      let marked = 0;
      let brightest = 0;
      for (const value of values) {
        if (value > threshold) marked += 1;
        if (value > brightest) brightest = value;
      }
      return { path, size: fileSize, threshold, marked: marked / values.length, brightest };
    });
  } catch (error) {
    if (error instanceof ImageError) return error;
    throw error;
  }
}

/** What an image is in its file, before it becomes 8-bit RGB. */
function modeOf(changes: number): string {
  const has = (bit: number) => (changes & bit) !== 0;
  const colours = has(CHANGE.cmyk) ? 'CMYK' : has(CHANGE.grey) ? 'grey' : 'RGB';
  return `${colours}${has(CHANGE.alpha) ? ' with alpha' : ''}${has(CHANGE.deep) ? ', 16-bit' : ''}`;
}
