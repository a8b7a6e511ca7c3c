import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { ImageRecord, Size } from '@utad/core';
import { entryType, writeFolder } from '@utad/files/node';
import sharp from 'sharp';
import { SyntheticError } from '../options';

/** Says that the folder was made here, and of what; only such a one is ever replaced. */
const MARKER = 'synthetic.json';

/**
 * Makes a folder of synthetic images that appears when all of it is written, and not at all where that fails.
 *
 * @param write Fills a folder that is not in its place yet, and returns what the folder is made of, for its marker.
 * @throws SyntheticError `exists` when the folder is there and `force` is not set, or it is not one of synthetic images.
 */
export async function makeFolder(
  path: string,
  force: boolean,
  write: (staging: string) => Promise<Readonly<Record<string, unknown>>>,
): Promise<void> {
  const out = resolve(path);
  await expectReplaceable(out, force);
  await writeFolder(out, async (staging) => {
    const made = await write(staging);
    await writeFile(join(staging, MARKER), `${JSON.stringify(made, null, 2)}\n`);
  });
}

async function expectReplaceable(out: string, force: boolean): Promise<void> {
  if ((await entryType(out)) === undefined) return;
  if (!force)
    throw new SyntheticError('exists', `expected no folder at ${out}, found one; force replaces it`);
  if ((await entryType(join(out, MARKER))) !== undefined) return;
  const message = `expected a folder of synthetic images to replace at ${out}, found another`;
  throw new SyntheticError('exists', message);
}

/** The file of a picture in MVTec AD's layout. */
interface PictureFile {
  /** The folder of the category. */
  readonly folder: string;
  readonly part: 'train' | 'test';
  /** The name of its file, without an ending. */
  readonly stem: string;
}

/** Writes a picture as PNG, a defective one with its mask and its clean twin. */
export async function writePicture(
  { image, size, channels, defectType, mask, cleanTwin }: ImageRecord,
  { folder, part, stem }: PictureFile,
): Promise<void> {
  await writePng(join(folder, part, defectType, `${stem}.png`), image, size, channels);
  if (cleanTwin === undefined || mask === undefined) return;
  const white = mask.map((value) => value * 255);
  await writePng(join(folder, 'ground_truth', defectType, `${stem}_mask.png`), white, size, 1);
  await writePng(join(folder, 'clean_twin', defectType, `${stem}.png`), cleanTwin, size, channels);
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
