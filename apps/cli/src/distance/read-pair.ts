import { readFile } from 'node:fs/promises';
import type { Size } from '@utad/core';
import { ImageError } from '@utad/datasets';
import { decodeImage } from '@utad/datasets/node';
import { UsageError } from '../errors';
import { kindOf } from '../exists';

/** An image as bytes. */
export interface PairImage {
  readonly path: string;
  readonly pixels: Uint8Array;
  readonly size: Size;
  readonly conversions: readonly string[];
}

/** The network halves images twice. */
const SMALLEST = 4;

/** At this size features take about a gigabyte. */
const MOST_PIXELS = 2 ** 20;

/**
 * Two images of one size.
 *
 * @param size to resize both to; without one they have to be of one size, for which of the two to change, and how, would
 *   be a guess that changes the result.
 * @throws UsageError when one does not exist, or their sizes do not do; ImageError when one is no image.
 */
export async function readPair(
  paths: readonly [string, string],
  size: Size | undefined,
): Promise<readonly [PairImage, PairImage]> {
  for (const path of paths) {
    if ((await kindOf(path)) !== 'file') throw new UsageError(`expected an image, but ${path} is no file`);
  }
  const [a, b] = [await read(paths[0], size), await read(paths[1], size)];
  for (const image of [a, b]) {
    const [height, width] = image.size;
    if (height < SMALLEST || width < SMALLEST) {
      throw new UsageError(
        `expected images of at least ${SMALLEST}x${SMALLEST} pixels, but ${image.path} has ${height}x${width}`,
      );
    }
    if (height * width > MOST_PIXELS) {
      throw new UsageError(
        `expected images of at most ${MOST_PIXELS} pixels, but ${image.path} has ${height}x${width}; --size 256 resizes both`,
      );
    }
  }
  if (a.size.join() !== b.size.join()) {
    throw new UsageError(
      `expected images of one size, but ${a.path} has ${a.size.join('x')} and ${b.path} ${b.size.join('x')}; --size 256 resizes both`,
    );
  }
  return [a, b];
}

async function read(path: string, size: Size | undefined): Promise<PairImage> {
  const bytes = await readFile(path).catch((cause: Error) => {
    throw new ImageError(path, cause.message, { cause });
  });
  return { path, ...(await decodeImage(bytes, path, size)) };
}
