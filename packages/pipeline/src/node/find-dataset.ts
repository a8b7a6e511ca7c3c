import { stat } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { KNOWN_DATASETS, MVTEC_AD } from '@utad/datasets';
import { type DatasetLocation, fetchedId, treeCategories } from '@utad/datasets/node';
import { entryType } from '@utad/files/node';
import { usageError } from '../errors';

/** What is said of a data set on the disk. */
export interface FindDatasetOptions {
  /** Of the data sets known, or `folder` or `manifest`. */
  readonly dataset?: string;
  /** The products or classes that are meant. Default all there are. */
  readonly category?: readonly string[];
  /** Of a folder, the folder of good images, as for `train`. */
  readonly good?: string;
}

/** A data set on the disk, and what it is taken for. */
export interface FoundDataset {
  /** As `checkDataset` and `contactSheet` of `@utad/datasets/node` take it. */
  readonly location: DatasetLocation;
  /** The name of its kind. */
  readonly name: string;
}

/**
 * What lies at a path: what `dataset` says, else what a download wrote down, else what it looks like.
 *
 * @throws PipelineError `usage` when there is nothing, or the options do not fit.
 */
export async function findDataset(
  path: string,
  { dataset, category, good }: FindDatasetOptions = {},
): Promise<FoundDataset> {
  const there = await entryType(path);
  if (there === undefined) throw usageError(`expected a data set, found nothing at ${path}`);
  const root = resolve(path);
  if (dataset === undefined && category === undefined && good === undefined && (await isCategory(root))) {
    const [parent, name] = [dirname(root), basename(root)];
    return {
      location: { source: 'tree', known: MVTEC_AD, root: parent, categories: [name] },
      name: MVTEC_AD.id,
    };
  }
  const name = dataset ?? (good === undefined ? await looksLike(root, there) : 'folder');
  const known = KNOWN_DATASETS.find(({ id }) => id === name);
  if (category !== undefined && (known?.format !== 'tree' || known.categories.length === 0)) {
    throw usageError(`expected none for ${name}, received ${category.join(', ')}`, 'category');
  }
  if (name === 'manifest' || there === 'file') {
    if (name !== 'manifest' || there !== 'file') {
      throw usageError(
        `\`dataset\` ${name}: expected a ${name === 'manifest' ? 'file' : 'folder'}, found a ${there} at ${path}`,
      );
    }
    return { location: { source: 'manifest', file: root }, name };
  }
  if (known === undefined) {
    return { location: { source: 'folder', root, ...(good !== undefined && { good }) }, name: 'folder' };
  }
  if (known.format !== 'tree') return { location: { source: 'classes', known, root }, name };
  return { location: { source: 'tree', known, root, ...(category && { categories: category }) }, name };
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
    throw usageError(`expected a folder, or a manifest in CSV or JSON lines, received ${root}`);
  }
  const fetched = await fetchedId(root);
  if (KNOWN_DATASETS.some(({ id }) => id === fetched)) return fetched ?? '';
  for (const known of KNOWN_DATASETS) {
    if (known.format === 'tree' && (await treeCategories(known, root)).length > 0) return known.id;
  }
  return 'folder';
}
