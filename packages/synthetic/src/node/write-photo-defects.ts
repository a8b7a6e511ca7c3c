import { basename, extname, join } from 'node:path';
import type { ImageRecord, Size } from '@utad/core';
import { type ImageEntry, type ImageLimits, type ReadImageOptions, readImage } from '@utad/datasets/node';
import { SyntheticError } from '../options';
import {
  PHOTO_DEFECTS_VERSION,
  type PhotoDefectOptions,
  pictureOf,
  plannedDefects,
} from '../photo/with-defects';
import { makeFolder, writePicture } from './synthetic-folder';

/** On which photographs to draw defects, and where to write the pictures. The rest is as `withDefects` takes it. */
export interface WritePhotoDefectsOptions extends PhotoDefectOptions {
  /** Photographs of good parts, such as `entries` of a dataset. What is drawn on one depends on its `id`. */
  readonly photos: readonly Pick<ImageEntry, 'id' | 'path' | 'label'>[];
  /** The folder to make. */
  readonly out: string;
  /** The category: the one folder in `out`, such as `screw`. */
  readonly category: string;
  /** What the photographs are resized to before anything is drawn. Default: each stays as large as it is. */
  readonly size?: Size;
  /** Replace a folder that an earlier call made. Default false. */
  readonly force?: boolean;
  /** What is refused before it is decoded. */
  readonly limits?: ImageLimits;
  /** What is white in photographs of more than 8 bits, from 255 to 65535. Default 65535. */
  readonly whiteLevel?: number;
  /** Is told how many pictures are written. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops the writing, which then throws the signal's reason and leaves no folder. */
  readonly signal?: AbortSignal;
}

/**
 * Draws defects on photographs, as `withDefects` does, and writes them as the test split of a category in MVTec AD's
 * layout: `test/<defect>`, `ground_truth/<defect>`, and the photographs without the defects in `clean_twin/<defect>`. A picture is called
 * as its photograph, and `synthetic.json` says what the folder was made of. It appears when all of it is written.
 *
 * @returns How many pictures were written, masks and twins not counted.
 * @throws SyntheticError `exists` when the folder is there and `force` is not set, or it is not one of synthetic images;
 *   `not-drawable` where none of the size and contrast asked for, or none that shows, could be drawn; `invalid-option`.
 * @throws ImageError for a photograph that is no readable image.
 */
export async function writePhotoDefects(
  options: WritePhotoDefectsOptions,
): Promise<{ good: number; defective: number }> {
  const {
    photos,
    out,
    category,
    size,
    force = false,
    limits,
    whiteLevel,
    onProgress,
    signal,
    ...asked
  } = options;
  const reading = {
    ...(size && { size }),
    ...(limits && { limits }),
    ...(whiteLevel !== undefined && { whiteLevel }),
  };
  checkCategory(category);
  checkSize(size);
  const { entries, aims, seed } = plannedDefects(photos.length, asked);
  const stems = stemsOf(photos);
  const counts = { good: 0, defective: 0 };
  await makeFolder(out, force, async (staging) => {
    for (const [done, { photo, defectType }] of entries.entries()) {
      signal?.throwIfAborted();
      const file = photos[photo];
      const stem = stems[photo];
      if (file === undefined || stem === undefined) {
        throw new RangeError(`writePhotoDefects: expected a photo below ${photos.length}, received ${photo}`);
      }
      const picture = pictureOf(await photographOf(file, reading), defectType, aims, seed);
      await writePicture(picture, { folder: join(staging, category), part: 'test', stem });
      counts[defectType === 'good' ? 'good' : 'defective'] += 1;
      onProgress?.(done + 1, entries.length);
    }
    return {
      version: PHOTO_DEFECTS_VERSION,
      category,
      photos: photos.map(({ id }) => id),
      ...asked,
      seed,
      ...(size !== undefined && { size }),
      ...(whiteLevel !== undefined && { whiteLevel }),
    };
  });
  return counts;
}

async function photographOf(
  { id, label, path }: WritePhotoDefectsOptions['photos'][number],
  reading: ReadImageOptions,
): Promise<ImageRecord> {
  const { pixels, ...laidOut } = await readImage(path, reading);
  return { id, label, defectType: label === 0 ? 'good' : 'anomalous', image: pixels, ...laidOut };
}

/** The names of the photographs; with their numbers before them where two are called alike. */
function stemsOf(photos: WritePhotoDefectsOptions['photos']): string[] {
  const stems = photos.map(({ path }) => basename(path, extname(path)));
  const alike = new Set(stems.map((stem) => stem.toLowerCase())).size < stems.length;
  const digits = String(photos.length - 1).length;
  return alike ? stems.map((stem, index) => `${String(index).padStart(digits, '0')}-${stem}`) : stems;
}

function checkCategory(category: string): void {
  if (/^[^/\\]+$/.test(category) && category !== '.' && category !== '..') return;
  const message = `category: expected the name of a folder, received ${JSON.stringify(category)}`;
  throw new SyntheticError('invalid-option', message);
}

function checkSize(size: Size | undefined): void {
  if (size === undefined || size.every((side) => Number.isInteger(side) && side >= 32 && side <= 4096))
    return;
  throw new SyntheticError('invalid-option', `size: expected 32 to 4096 pixels, received ${size.join('x')}`);
}
