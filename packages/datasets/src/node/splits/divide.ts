import { DatasetError } from '../../errors';
import type { ImageEntry } from '../pipeline/image-entry';
import { SPLITS, type Split, type Splits } from './splits';

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
export function broughtUpToDate(splits: Splits, entries: readonly ImageEntry[]): Splits {
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
export function splitsOf(divided: SplitEntries): Splits {
  const of = (split: Split) => divided[split].map(({ id }) => id);
  return { format: 1, made: null, train: of('train'), validation: of('validation'), test: of('test') };
}

const disagree = (rest: string): DatasetError => new DatasetError('manifest', `splits: expected ${rest}`);
