import { DatasetError } from '../../errors';
import { limitEntries } from '../limit';
import type { ImageEntry } from '../pipeline/image-entry';
import { type FileDataset, openFiles } from '../pipeline/open-files';
import type { ReadOptions } from '../pipeline/read-options';
import { broughtUpToDate, dividedBy, type SplitEntries, splitsOf } from './divide';
import { expectDisjoint } from './duplicates';
import { SPLITS, type Split, type SplitShares, type Splits, splitBySeed } from './splits';

/** Which part of a dataset to open, and how. */
export interface SplitReadOptions extends ReadOptions {
  /** `train` has good images alone. Default `train`. */
  readonly split?: Split;
  /** At most so many images, chosen by `seed`, every kind with its share. */
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
}

/** Images as they were found: divided by folders or a list, or not at all. */
export type FoundEntries = { readonly divided: SplitEntries } | { readonly undivided: readonly ImageEntry[] };

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
  return Object.assign(data, { splits });
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
