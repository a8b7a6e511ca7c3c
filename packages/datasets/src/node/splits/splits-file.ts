import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { DatasetError } from '../../errors';
import { unreadable } from '../unreadable';
import { SPLITS, type Split, type SplitShares, type Splits } from './splits';

/** Writes splits as JSON, whole or not at all, over what is there. */
export async function writeSplits(path: string, splits: Splits): Promise<void> {
  const staging = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeFile(staging, `${JSON.stringify(splits, null, 2)}\n`);
    await rename(staging, path);
  } finally {
    await rm(staging, { force: true });
  }
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
