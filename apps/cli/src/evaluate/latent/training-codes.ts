import { type Dataset, deriveSeed, permutation, type Size, subset } from '@utad/core';
import { readBatches } from '@utad/training';
import type { Context } from '../../context';
import { codesOf, type Embed } from './codes-of';

/** The training images whose codes are compared: as many as neighbours need, and drawings bear. */
const MOST_TRAINING = 2000;

/** Latent codes of training images. */
export interface TrainingCodes {
  /** Those that were chosen, in the order of the codes. */
  readonly images: Dataset;
  readonly ids: readonly string[];
  readonly codes: readonly Float32Array[];
  /** How many training images there are. */
  readonly of: number;
}

/** Codes of all training images, or of as many as drawings bear, by seed. */
export async function trainingCodes(
  training: Dataset,
  embed: Embed,
  { size, seed }: { readonly size: Size; readonly seed: number },
  { output, signal }: Context,
): Promise<TrainingCodes> {
  const chosen = chooseSome(training.count, MOST_TRAINING, deriveSeed(seed, 'latent training'));
  const images = subset(training, chosen);
  const ids: string[] = [];
  const codes: Float32Array[] = [];
  const order = chosen.map((_, index) => index);
  for await (const batch of readBatches(images, { order, batchSize: 8, size })) {
    try {
      signal.throwIfAborted();
      codes.push(...(await codesOf(batch.images, embed)));
      ids.push(...batch.records.map(({ id }) => id));
    } finally {
      batch.images.dispose();
    }
    output.status(`${ids.length}/${images.count} training images placed among the test images`);
  }
  return { images, ids, codes, of: training.count };
}

/** Indices below `count`, ascending: all of them, or as many as wanted, by seed. */
export function chooseSome(count: number, most: number, seed: number): number[] {
  return permutation(count, seed)
    .slice(0, most)
    .sort((a, b) => a - b);
}
