import { readFile } from 'node:fs/promises';
import { ImageError } from '@utad/datasets';
import { type DecodedImage, decodeImage } from '@utad/datasets/node';
import type { Size } from '@utad/training';
import sharp from 'sharp';

/** An image for a network, and the size it has in its file. */
export interface ReadImage extends DecodedImage {
  readonly fileSize: Size;
}

/** @throws ImageError when the file is no whole image. */
export async function readImage(path: string, size: Size): Promise<ReadImage> {
  const bytes = await readFile(path).catch((cause: Error) => {
    throw new ImageError(path, cause.message, { cause });
  });
  const decoded = await decodeImage(bytes, path, size);
  const { width, height } = (await sharp(bytes).metadata()).autoOrient;
  return { ...decoded, fileSize: [height, width] };
}
