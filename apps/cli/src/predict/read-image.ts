import { readFile } from 'node:fs/promises';
import type { Size } from '@utad/core';
import { ImageError } from '@utad/datasets';
import { type DecodedImage, decodeImage } from '@utad/datasets/node';

/** @throws ImageError when the file is no whole image. */
export async function readImage(path: string, size: Size): Promise<DecodedImage> {
  const bytes = await readFile(path).catch((cause: Error) => {
    throw new ImageError(path, cause.message, { cause });
  });
  return decodeImage(bytes, path, size);
}
