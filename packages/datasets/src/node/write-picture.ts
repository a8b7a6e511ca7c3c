import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ImageRecord, Size } from '@utad/core';
import sharp from 'sharp';

/** Where a picture of MVTec AD's layout goes. */
export interface PicturePlace {
  /** The folder of the category. */
  readonly folder: string;
  readonly part: 'train' | 'test';
  /** The name of its file, without an ending. */
  readonly stem: string;
}

/** Writes a picture as PNG, a defective one with its mask and its clean twin. */
export async function writePicture(
  { image, size, channels, defectType: kind, mask, cleanTwin }: ImageRecord,
  { folder, part, stem }: PicturePlace,
): Promise<void> {
  await writePng(join(folder, part, kind, `${stem}.png`), image, size, channels);
  if (cleanTwin === undefined || mask === undefined) return;
  const white = mask.map((value) => value * 255);
  await writePng(join(folder, 'ground_truth', kind, `${stem}_mask.png`), white, size, 1);
  await writePng(join(folder, 'clean_twin', kind, `${stem}.png`), cleanTwin, size, channels);
}

async function writePng(
  path: string,
  pixels: Uint8Array,
  [height, width]: Size,
  channels: 1 | 3,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const picture = sharp(pixels, { raw: { width, height, channels } });
  await writeFile(
    path,
    await picture
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .png()
      .toBuffer(),
  );
}
