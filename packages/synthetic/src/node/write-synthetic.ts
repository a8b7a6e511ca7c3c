import { join } from 'node:path';
import type { Size } from '@utad/core';
import { SyntheticError } from '../options';
import type { SyntheticCategory } from '../products';
import { SYNTHETIC_VERSION, type SyntheticOptions, synthesize } from '../synthesize';
import { makeFolder, writePicture } from './synthetic-folder';

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

/**
 * Writes synthetic categories in MVTec AD's layout, with a folder `clean_twin` laid out as `ground_truth`. The folder
 * appears when all of it is written.
 *
 * @returns How many images were written, masks and twins not counted.
 * @throws SyntheticError `exists` when the folder is there and `force` is not set, or it is not one of synthetic images;
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
  const sets = categories.flatMap((category) => [
    synthesize({ category, split: 'train', count: train, size, seed }),
    synthesize({ category, split: testSplit, count: good, defective, size, seed, ...faults }),
  ]);
  if (sets.length === 0 || new Set(categories).size < categories.length) {
    const received = categories.join(', ') || 'none';
    throw new SyntheticError('invalid-option', `categories: expected each one once, received ${received}`);
  }
  const total = sets.reduce((sum, { count }) => sum + count, 0);
  const counts = { train: 0, test: 0 };
  await makeFolder(options.out, force, async (staging) => {
    for (const set of sets) {
      const part = set.split === 'train' ? 'train' : 'test';
      for (const [index, { id }] of set.entries.entries()) {
        options.signal?.throwIfAborted();
        const [, , stem = ''] = id.split('/');
        await writePicture(set.record(index), { folder: join(staging, set.category), part, stem });
        counts[part] += 1;
        options.onProgress?.(counts.train + counts.test, total);
      }
    }
    const drawn = { version: SYNTHETIC_VERSION, categories, train, good, defective, size, seed };
    return { ...drawn, ...faults, ...(testSplit !== 'test' && { testSplit }) };
  });
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
