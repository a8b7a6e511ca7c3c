import { randomBytes } from 'node:crypto';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Size } from '@utad/training';
import sharp from 'sharp';
import { DatasetError } from '../errors';
import type { SyntheticCategory } from '../synthetic/kinds';
import { synthesize } from '../synthetic/synthesize';

export interface WriteSyntheticOptions {
  /** The folder to make. */
  readonly out: string;
  readonly categories: readonly SyntheticCategory[];
  /** Good training images of each category. Default 200. */
  readonly train?: number;
  /** Good test images of each category. Default 40. */
  readonly good?: number;
  /** Test images of each of the five types of defect. Default 8. */
  readonly defective?: number;
  /** Default 64x64. */
  readonly size?: Size;
  /** Default 0. */
  readonly seed?: number;
  /** Replace a folder that is there. Default false. */
  readonly force?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Writes synthetic categories in MVTec AD's layout, with a folder `clean_twin` laid out as `ground_truth`. The folder
 * appears when all of it is written.
 *
 * @returns How many images were written, masks and twins not counted.
 * @throws DatasetError `exists` when the folder is there and `force` is not set; `invalid-option`.
 */
export async function writeSynthetic(
  options: WriteSyntheticOptions,
): Promise<{ train: number; test: number }> {
  const {
    categories,
    train = 200,
    good = 40,
    defective = 8,
    size = [64, 64],
    seed = 0,
    force = false,
  } = options;
  const out = resolve(options.out);
  if (!force && (await exists(out))) {
    throw new DatasetError('exists', `expected no folder at ${out}, found one; --force replaces it`);
  }
  const sets = categories.flatMap((category) => [
    synthesize({ category, split: 'train', count: train, size, seed }),
    synthesize({ category, split: 'test', count: good, defective, size, seed }),
  ]);
  const total = sets.reduce((sum, { count }) => sum + count, 0);
  const counts = { train: 0, test: 0 };
  const staging = `${out}.new-${randomBytes(4).toString('hex')}`;
  try {
    for (const set of sets) {
      const folder = join(staging, set.category);
      for (const [index, { id, kind }] of set.entries.entries()) {
        options.signal?.throwIfAborted();
        const { image, mask, cleanTwin } = set.record(index);
        const [, , stem = ''] = id.split('/');
        await writePng(join(folder, set.split, kind, `${stem}.png`), image, size, 3);
        if (cleanTwin !== undefined && mask !== undefined) {
          const white = mask.map((value) => value * 255);
          await writePng(join(folder, 'ground_truth', kind, `${stem}_mask.png`), white, size, 1);
          await writePng(join(folder, 'clean_twin', kind, `${stem}.png`), cleanTwin, size, 3);
        }
        counts[set.split] += 1;
        options.onProgress?.(counts.train + counts.test, total);
      }
    }
    await rm(out, { recursive: true, force: true });
    await rename(staging, out);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return counts;
}

async function writePng(
  path: string,
  pixels: Uint8Array,
  [height, width]: Size,
  channels: 1 | 3,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, await sharp(pixels, { raw: { width, height, channels } }).png().toBuffer());
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
