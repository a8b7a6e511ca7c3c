import { randomBytes } from 'node:crypto';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Size } from '@utad/training';
import sharp from 'sharp';
import { DatasetError } from '../errors';
import type { SyntheticCategory } from '../synthetic/kinds';
import { SYNTHETIC_VERSION, type SyntheticOptions, synthesize } from '../synthetic/synthesize';

/** What synthetic images to write, and where. `defects`, `severity`, `defectSize` and `contrast` are as {@link synthesize} takes them. */
export interface WriteSyntheticOptions
  extends Pick<SyntheticOptions, 'defects' | 'severity' | 'defectSize' | 'contrast'> {
  /** The folder to make. */
  readonly out: string;
  /** The products to draw, each once; one folder a product. */
  readonly categories: readonly SyntheticCategory[];
  /** Good training images of each category. Default 200. */
  readonly train?: number;
  /** Good test images of each category. Default 40. */
  readonly good?: number;
  /** Test images of each type of defect. Default 8. */
  readonly defective?: number;
  /**
   * Which pictures the folder `test` gets: those of the split `validation` share none with those of `test`, so that
   * settings can be chosen on one folder and judged on another. Default `test`.
   */
  readonly testSplit?: 'test' | 'validation';
  /** Default 64x64. */
  readonly size?: Size;
  /** Default 0. */
  readonly seed?: number;
  /** Replace a folder that an earlier call made. Default false. */
  readonly force?: boolean;
  /** Is told how many images are written. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops the writing, which then throws the signal's reason and leaves no folder. */
  readonly signal?: AbortSignal;
}

/** Says that the folder was made here, and of what; only such a one is ever replaced. */
const MARKER = 'synthetic.json';

/**
 * Writes synthetic categories in MVTec AD's layout, with a folder `clean_twin` laid out as `ground_truth`. The folder
 * appears when all of it is written.
 *
 * @returns How many images were written, masks and twins not counted.
 * @throws DatasetError `exists` when the folder is there and `force` is not set, or it is not one of synthetic images;
 *   `invalid-option`; `not-drawable` where no defect of the `defectSize` and `contrast` asked for could be drawn.
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
    testSplit = 'test',
    force = false,
  } = options;
  const faults = faultsOf(options);
  const out = resolve(options.out);
  await expectReplaceable(out, force);
  const sets = categories.flatMap((category) => [
    synthesize({ category, split: 'train', count: train, size, seed }),
    synthesize({ category, split: testSplit, count: good, defective, size, seed, ...faults }),
  ]);
  if (sets.length === 0 || new Set(categories).size < categories.length) {
    const received = categories.join(', ') || 'none';
    throw new DatasetError('invalid-option', `categories: expected each one once, received ${received}`);
  }
  const total = sets.reduce((sum, { count }) => sum + count, 0);
  const counts = { train: 0, test: 0 };
  const replaced = `${out}.old-${randomBytes(4).toString('hex')}`;
  const staging = `${out}.new-${randomBytes(4).toString('hex')}`;
  try {
    for (const set of sets) {
      const folder = join(staging, set.category);
      for (const [index, { id, kind }] of set.entries.entries()) {
        options.signal?.throwIfAborted();
        const { image, mask, cleanTwin } = set.record(index);
        const [, , stem = ''] = id.split('/');
        const part = set.split === 'train' ? 'train' : 'test';
        await writePng(join(folder, part, kind, `${stem}.png`), image, size, 3);
        if (cleanTwin !== undefined && mask !== undefined) {
          const white = mask.map((value) => value * 255);
          await writePng(join(folder, 'ground_truth', kind, `${stem}_mask.png`), white, size, 1);
          await writePng(join(folder, 'clean_twin', kind, `${stem}.png`), cleanTwin, size, 3);
        }
        counts[part] += 1;
        options.onProgress?.(counts.train + counts.test, total);
      }
    }
    const drawn = { version: SYNTHETIC_VERSION, categories, train, good, defective, size, seed };
    const made = { ...drawn, ...faults, ...(testSplit !== 'test' && { testSplit }) };
    await writeFile(join(staging, MARKER), `${JSON.stringify(made, null, 2)}\n`);
    if (await exists(out)) await rename(out, replaced);
    await rename(staging, out);
    await rm(replaced, { recursive: true, force: true });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return counts;
}

/** What was said of the defects, and nothing where nothing was. */
function faultsOf({ defects, severity, defectSize, contrast }: WriteSyntheticOptions) {
  return {
    ...(defects !== undefined && { defects }),
    ...(severity !== undefined && { severity }),
    ...(defectSize !== undefined && { defectSize }),
    ...(contrast !== undefined && { contrast }),
  };
}

/** @throws DatasetError `exists` when something is at the place that may not be replaced. */
async function expectReplaceable(out: string, force: boolean): Promise<void> {
  if (!(await exists(out))) return;
  if (!force) throw new DatasetError('exists', `expected no folder at ${out}, found one; force replaces it`);
  if (await exists(join(out, MARKER))) return;
  throw new DatasetError(
    'exists',
    `expected a folder of synthetic images to replace at ${out}, found another`,
  );
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
