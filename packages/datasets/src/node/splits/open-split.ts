import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { DatasetError } from '../../errors';
import { limitEntries } from '../limit';
import { unreadable } from '../paths';
import type { ImageEntry } from '../pipeline/image-entry';
import { type FileDataset, openFiles, type ReadOptions } from '../pipeline/open-files';
import { SPLITS, type Split, type SplitShares, type Splits, splitBySeed } from './splits';

/** Which part of a dataset to open, and how. */
export interface SplitReadOptions extends ReadOptions {
  /** `train` has good images alone. Default `train`. */
  readonly split?: Split;
  /** At most so many images, chosen by `seed`, every type of defect with its share. */
  readonly limit?: number;
  /** Of the division and of `limit`. Default 0. */
  readonly seed?: number;
  /** How images without splits are divided. Default 0.8, 0 and 0.2. */
  readonly shares?: SplitShares;
  /** An earlier division, used as it is. */
  readonly splits?: Splits;
  /**
   * What to do where images came or went since `splits` were made: refuse them (the default), or go without those that
   * went and test on those that came.
   */
  readonly onChange?: 'refuse' | 'test';
  /**
   * Take images without splits whole, all of them for testing or all good ones for training: where what was trained on,
   * or is tested on, lies elsewhere. Default false.
   */
  readonly whole?: boolean;
}

/** Images of one split. */
export interface SplitDataset extends FileDataset {
  /** How the images were divided; null where the dataset's own folders or list say it, or they were taken whole. */
  readonly splits: Splits | null;
  /** What a reader must know of how the images were found, in sentences: folders, masks and links that were left out. */
  readonly notes: readonly string[];
}

/** Images as they were found: divided by folders or a list, or not at all. */
export type FoundEntries = (
  | { readonly divided: SplitEntries }
  | { readonly undivided: readonly ImageEntry[] }
) & {
  /** Sentences on what was found. */
  readonly notes?: readonly string[];
  /** For whoever trains: which folders hold good images, and which are not learnt from. */
  readonly learntFrom?: string;
};

/**
 * Opens one split of images that nobody published splits of. Undivided images are divided by seed where some are
 * defective; good ones alone are all for training.
 *
 * @param where Names the dataset in errors.
 * @throws DatasetError `duplicate` when two splits hold the same image; `empty` when the split holds none; and what
 *   opening files throws.
 */
export async function openSplit(
  found: FoundEntries,
  where: string,
  options: SplitReadOptions,
): Promise<SplitDataset> {
  const { split = 'train', limit, seed = 0, signal } = options;
  const { entries, splits } = divide(found, where, options);
  if (splits !== null) await expectDisjoint(entries, { signal });
  const chosen = entries[split];
  if (chosen.length === 0) {
    const counts = SPLITS.map((name) => `${entries[name].length} ${name}`).join(', ');
    throw new DatasetError('empty', `expected ${split} images in ${where}, found ${counts} images`);
  }
  const data = await openFiles(limit === undefined ? chosen : limitEntries(chosen, limit, seed), options);
  const { notes = [], learntFrom } = found;
  const told = split === 'train' && learntFrom !== undefined ? [learntFrom, ...notes] : notes;
  return Object.assign(data, { splits, notes: told });
}

function divide(
  found: FoundEntries,
  where: string,
  { seed = 0, shares, splits: named, onChange = 'refuse', whole = false }: SplitReadOptions,
): { entries: SplitEntries; splits: Splits | null } {
  const recorded = named !== undefined && onChange === 'test' ? broughtUpToDate(named, allOf(found)) : named;
  if ('divided' in found) {
    if (recorded !== undefined) {
      return { entries: dividedBy(recorded, allOf(found)), splits: recorded };
    }
    return { entries: found.divided, splits: splitsOf(found.divided) };
  }
  const { undivided } = found;
  if (undivided.length === 0) throw new DatasetError('empty', `expected images in ${where}, found none`);
  if (recorded !== undefined) return { entries: dividedBy(recorded, undivided), splits: recorded };
  const good = undivided.filter(({ label }) => label === 0);
  if (whole) return { entries: { train: good, validation: [], test: undivided }, splits: null };
  if (shares === undefined && good.length === undivided.length) {
    return { entries: { train: good, validation: [], test: [] }, splits: null };
  }
  const splits = splitBySeed(undivided, { seed, ...(shares && { shares }) });
  return { entries: dividedBy(splits, undivided), splits };
}

function allOf(found: FoundEntries): readonly ImageEntry[] {
  return 'undivided' in found ? found.undivided : SPLITS.flatMap((split) => found.divided[split]);
}

/** Images by the split that they belong to. */
export type SplitEntries = Readonly<Record<Split, readonly ImageEntry[]>>;

/**
 * Puts images where splits say.
 *
 * @throws DatasetError `manifest` when the splits name an image that is not there, or none of an image that is, or train
 *   on a defective one.
 */
export function dividedBy(splits: Splits, entries: readonly ImageEntry[]): SplitEntries {
  const place = new Map<string, Split>();
  for (const split of SPLITS) for (const id of splits[split]) place.set(id, split);
  const divided: Record<Split, ImageEntry[]> = { train: [], validation: [], test: [] };
  for (const entry of entries) {
    const split = place.get(entry.id);
    if (split === undefined) throw disagree(`every image in one of them, found ${entry.id} in none`);
    if (split === 'train' && entry.label === 1) {
      throw disagree(`good images in train, found ${entry.id}, which is ${entry.defectType}`);
    }
    divided[split].push(entry);
    place.delete(entry.id);
  }
  const [missing] = place.keys();
  if (missing !== undefined) {
    throw disagree(`images that are there, found ${place.size} that are not, such as ${missing}`);
  }
  return divided;
}

/** Splits without the images that went, and with those that came for testing. */
function broughtUpToDate(splits: Splits, entries: readonly ImageEntry[]): Splits {
  const present = new Set(entries.map(({ id }) => id));
  const known = new Set(SPLITS.flatMap((split) => splits[split]));
  const kept = (split: Split) => splits[split].filter((id) => present.has(id));
  const came = entries.filter(({ id }) => !known.has(id)).map(({ id }) => id);
  return {
    ...splits,
    train: kept('train'),
    validation: kept('validation'),
    test: [...kept('test'), ...came],
  };
}

/** What `splits.json` says of images that came divided. */
function splitsOf(divided: SplitEntries): Splits {
  const of = (split: Split) => divided[split].map(({ id }) => id);
  return { format: 1, made: null, train: of('train'), validation: of('validation'), test: of('test') };
}

const disagree = (rest: string): DatasetError => new DatasetError('manifest', `splits: expected ${rest}`);

/**
 * Refuses splits that hold the same image, byte by byte: what was trained on says nothing in a test. Only files of equal
 * length are read.
 *
 * @throws DatasetError `duplicate`, naming both files; `unreadable`.
 */
export async function expectDisjoint(
  splits: Readonly<Record<Split, readonly ImageEntry[]>>,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const byLength = new Map<number, { split: Split; path: string }[]>();
  for (const split of SPLITS) {
    for (const { path } of splits[split]) {
      signal?.throwIfAborted();
      const { size } = await stat(path).catch((error: unknown) => {
        throw unreadable(path, error);
      });
      const same = byLength.get(size);
      if (same === undefined) byLength.set(size, [{ split, path }]);
      else same.push({ split, path });
    }
  }
  for (const files of byLength.values()) {
    if (new Set(files.map(({ split }) => split)).size < 2) continue;
    const seen = new Map<string, { split: Split; path: string }>();
    for (const file of files) {
      signal?.throwIfAborted();
      const hash = await hashOf(file.path);
      const other = seen.get(hash);
      if (other === undefined) seen.set(hash, file);
      else if (other.split !== file.split) {
        const message = `expected no image in two splits, found ${other.path} (${other.split}) and ${file.path} (${file.split}) with the same content`;
        throw new DatasetError('duplicate', message);
      }
    }
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk);
  } catch (error) {
    throw unreadable(path, error);
  }
  return hash.digest('hex');
}
