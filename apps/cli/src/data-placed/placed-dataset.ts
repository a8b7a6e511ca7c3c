import { stat } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { KNOWN_DATASETS, MVTEC_AD } from '@utad/datasets';
import { fetchedId, type PlacedDataset, treeCategories } from '@utad/datasets/node';
import { UsageError } from '../errors';
import { kindOf } from '../exists';

/** What the command line says of a data set on the disk. */
export interface PlacedOptions {
  /** Of the data sets known, or `folder` or `manifest`. */
  readonly dataset?: string;
  readonly category?: readonly string[];
}

/** A data set on the disk, and what it is taken for. */
export interface Placed {
  readonly dataset: PlacedDataset;
  /** The name of its kind. */
  readonly name: string;
}

/**
 * What lies at a path: what `--dataset` says, else what `data fetch` wrote down, else what it looks like.
 *
 * @throws UsageError when there is nothing, or the options do not fit.
 */
export async function placedDataset(path: string, { dataset, category }: PlacedOptions): Promise<Placed> {
  const there = await kindOf(path);
  if (there === undefined) throw new UsageError(`expected a data set, found nothing at ${path}`);
  const root = resolve(path);
  if (dataset === undefined && category === undefined && (await isCategory(root))) {
    const [parent, name] = [dirname(root), basename(root)];
    return {
      dataset: { kind: 'tree', layout: MVTEC_AD.layout, root: parent, categories: [name] },
      name: MVTEC_AD.id,
    };
  }
  const name = dataset ?? (await looksLike(root, there));
  const known = KNOWN_DATASETS.find(({ id }) => id === name);
  if (category !== undefined && (known?.kind !== 'tree' || known.categories.length === 0)) {
    throw new UsageError(`--category: expected none for ${name}, received ${category.join(', ')}`);
  }
  if (name === 'manifest' || there === 'file') {
    if (name !== 'manifest' || there !== 'file') {
      throw new UsageError(
        `--dataset ${name}: expected a ${name === 'manifest' ? 'file' : 'folder'}, found a ${there} at ${path}`,
      );
    }
    return { dataset: { kind: 'manifest', file: root }, name };
  }
  if (known === undefined) return { dataset: { kind: 'folder', root }, name: 'folder' };
  if (known.kind !== 'tree') return { dataset: { kind: 'classes', known, root }, name };
  const { layout } = known;
  return { dataset: { kind: 'tree', layout, root, ...(category && { categories: category }) }, name };
}

/** One product of MVTec AD, rather than the folder of all. */
async function isCategory(root: string): Promise<boolean> {
  const isFolder = (path: string) =>
    stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
  return (await isFolder(resolve(root, 'train', 'good'))) && (await isFolder(resolve(root, 'test')));
}

async function looksLike(root: string, there: 'file' | 'folder'): Promise<string> {
  if (there === 'file') {
    if (['.csv', '.jsonl', '.ndjson'].includes(extname(root).toLowerCase())) return 'manifest';
    throw new UsageError(`expected a folder, or a manifest in CSV or JSON lines, received ${root}`);
  }
  const fetched = await fetchedId(root);
  if (KNOWN_DATASETS.some(({ id }) => id === fetched)) return fetched ?? '';
  for (const known of KNOWN_DATASETS) {
    if (known.kind === 'tree' && (await treeCategories(known.layout, root)).length > 0) return known.id;
  }
  return 'folder';
}
