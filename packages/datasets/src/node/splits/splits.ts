import { readFile } from 'node:fs/promises';
import { shuffledIndices } from '@utad/core';
import { writeFileAtomic } from '@utad/files/node';
import { DatasetError } from '../../errors';
import { unreadable } from '../paths';
import type { ImageEntry } from '../pipeline/image-entry';

/** The three parts that images are divided into. */
export type Split = 'train' | 'validation' | 'test';

/** All of {@link Split}. */
export const SPLITS: readonly Split[] = ['train', 'validation', 'test'];

/** Which share of the good images each split gets. They add up to 1. */
export type SplitShares = Readonly<Record<Split, number>>;

/** Four in five good images are for training, the others, and all defective ones, for testing. */
export const DEFAULT_SHARES: SplitShares = { train: 0.8, validation: 0, test: 0.2 };

/** How images were divided: plain data, as it stands in `splits.json`. */
export interface Splits {
  /** Of the file's format. */
  readonly format: 1;
  /** What the division was made by; null where it was read from folders or a manifest. */
  readonly made: { readonly seed: number; readonly shares: SplitShares } | null;
  /** Identifiers of the training images, in the order of the dataset. Good ones alone. */
  readonly train: readonly string[];
  /** Of those for choosing settings. */
  readonly validation: readonly string[];
  /** Of those for testing. */
  readonly test: readonly string[];
}

/** How {@link splitBySeed} divides. */
export interface SplitOptions {
  /** Default 0. */
  readonly seed?: number;
  /** Default {@link DEFAULT_SHARES}. */
  readonly shares?: SplitShares;
}

/**
 * Divides images that come without splits. Good ones are divided by their shares. Defective ones never train: each type
 * of them is divided between validation and testing as these two share the good ones.
 *
 * @throws DatasetError `invalid-option` for shares that are negative or do not add up to 1; `empty` when a split with a
 *   share of the good images gets none.
 */
export function splitBySeed(
  entries: readonly Pick<ImageEntry, 'id' | 'label' | 'defectType'>[],
  { seed = 0, shares = DEFAULT_SHARES }: SplitOptions = {},
): Splits {
  checkShares(shares);
  const splits: Record<Split, Set<string>> = { train: new Set(), validation: new Set(), test: new Set() };
  const good = entries.filter(({ label }) => label === 0);
  divide(good, withNoneEmpty(countsOf(good.length, shares), shares), `${seed}/split/good`, splits);
  const forDefects = shares.validation + shares.test;
  const defectTypes = new Set(entries.filter(({ label }) => label === 1).map(({ defectType }) => defectType));
  for (const defectType of defectTypes) {
    const ofType = entries.filter((entry) => entry.label === 1 && entry.defectType === defectType);
    const validation = forDefects === 0 ? 0 : shares.validation / forDefects;
    const defects = { train: 0, validation, test: 1 - validation };
    divide(ofType, countsOf(ofType.length, defects), `${seed}/split/${defectType}`, splits);
  }
  for (const split of SPLITS) {
    if (shares[split] > 0 && !good.some(({ id }) => splits[split].has(id))) {
      const message = `expected a good image for ${split} at least, found ${good.length} good images to divide by ${SPLITS.map((name) => shares[name]).join(', ')}`;
      throw new DatasetError('empty', message);
    }
  }
  const of = (split: Split) => entries.filter(({ id }) => splits[split].has(id)).map(({ id }) => id);
  return {
    format: 1,
    made: { seed, shares },
    train: of('train'),
    validation: of('validation'),
    test: of('test'),
  };
}

/** Cuts a shuffled list as the shares say, to the nearest whole image. */
function divide(
  entries: readonly { readonly id: string }[],
  counts: Readonly<Record<Split, number>>,
  key: string,
  into: Record<Split, Set<string>>,
): void {
  const order = shuffledIndices(entries.length, key);
  let begin = 0;
  for (const split of SPLITS) {
    for (const index of order.slice(begin, begin + counts[split])) {
      const entry = entries[index];
      if (entry !== undefined) into[split].add(entry.id);
    }
    begin += counts[split];
  }
}

/** The cuts between the splits, each to the nearest whole image, so that rounding never adds up. */
function countsOf(total: number, shares: SplitShares): Record<Split, number> {
  const train = Math.round(shares.train * total);
  const both = Math.round((shares.train + shares.validation) * total);
  return { train, validation: both - train, test: total - both };
}

/** Gives every split that has a share one image at least, as long as there are enough. */
function withNoneEmpty(counts: Record<Split, number>, shares: SplitShares): Record<Split, number> {
  const filled = { ...counts };
  for (const split of SPLITS) {
    if (shares[split] === 0 || filled[split] > 0) continue;
    const [largest = split] = [...SPLITS].sort((a, b) => filled[b] - filled[a]);
    if (filled[largest] < 2) continue;
    filled[largest] -= 1;
    filled[split] += 1;
  }
  return filled;
}

function checkShares(shares: SplitShares): void {
  const values = SPLITS.map((split) => shares[split]);
  const total = values.reduce((sum, share) => sum + share, 0);
  if (values.every((share) => share >= 0) && Math.abs(total - 1) < 1e-9) return;
  const message = `shares: expected train, validation and test from 0, 1 together, received ${values.join(', ')}`;
  throw new DatasetError('invalid-option', message);
}

/** Writes splits as JSON, whole or not at all, over what is there. */
export async function writeSplits(path: string, splits: Splits): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(splits, null, 2)}\n`);
}

/**
 * Reads what {@link writeSplits} wrote.
 *
 * @throws DatasetError `unreadable` when there is no such file; `manifest` when it is another, or names an image twice.
 */
export async function readSplits(path: string): Promise<Splits> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw unreadable(path, error);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw notSplits(path, 'something that is not JSON');
  }
  if (!isObject(value) || value.format !== 1) throw notSplits(path, 'something else');
  const ids = { train: idsOf(value.train), validation: idsOf(value.validation), test: idsOf(value.test) };
  const seen = new Set<string>();
  for (const split of SPLITS) {
    for (const id of ids[split] ?? []) {
      if (seen.has(id)) throw notSplits(path, `${id} twice`);
      seen.add(id);
    }
  }
  const { train, validation, test } = ids;
  const made = value.made === null ? null : madeOf(value.made);
  if (train === undefined || validation === undefined || test === undefined || made === undefined) {
    throw notSplits(path, 'a part that is missing or of another kind');
  }
  return { format: 1, made, train, validation, test };
}

function idsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((id) => typeof id === 'string') ? value : undefined;
}

function madeOf(value: unknown): { seed: number; shares: SplitShares } | undefined {
  if (!isObject(value) || typeof value.seed !== 'number' || !isObject(value.shares)) return undefined;
  const { shares } = value;
  const share = (split: Split) => (typeof shares[split] === 'number' ? shares[split] : Number.NaN);
  const read = { train: share('train'), validation: share('validation'), test: share('test') };
  return SPLITS.some((split) => Number.isNaN(read[split])) ? undefined : { seed: value.seed, shares: read };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const notSplits = (path: string, received: string): DatasetError =>
  new DatasetError(
    'manifest',
    `splits: expected format, made, train, validation and test in ${path}, received ${received}`,
  );
