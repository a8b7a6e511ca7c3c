import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Dataset, everyIndex, type ImageRecord, type Size } from '@utad/core';
import sharp, { type Sharp } from 'sharp';

/** Wraps bytes as sharp wants them; channels are counted. */
export function picture(pixels: Uint8Array | Uint16Array, [height, width]: Size): Sharp {
  const channels = pixels.length / (height * width);
  if (channels !== 1 && channels !== 3 && channels !== 4) throw new Error(`${channels} channels`);
  return sharp(pixels, { raw: { width, height, channels } });
}

/** One colour all over, `[r, g, b]` or `[r, g, b, alpha]`, or one grey. */
export function flat(colour: readonly number[], size: Size): Sharp {
  const pixels = Uint8Array.from({ length: size[0] * size[1] * colour.length }, (_, index) => {
    return colour[index % colour.length] ?? 0;
  });
  return picture(pixels, size);
}

/** Writes a small grey PNG, with the folders above it. */
export async function writeGrey(path: string, value = 100, size: Size = [8, 8]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, await flat([value], size).toColourspace('b-w').png().toBuffer());
}

/** Reads records in an order, by default each once from first to last. */
export async function read(data: Dataset, order = everyIndex(data)): Promise<ImageRecord[]> {
  const records: ImageRecord[] = [];
  for await (const record of data.records(order)) records.push(record);
  return records;
}

export const firstPixel = (pixels: Uint8Array): number[] => [...pixels.subarray(0, 3)];
