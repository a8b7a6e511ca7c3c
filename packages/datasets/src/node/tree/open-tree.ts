import { join } from 'node:path';
import { DatasetError } from '../../errors';
import type { KnownTree, TreeLayout } from '../../known/known-dataset';
import { limitEntries } from '../limit';
import { readTable } from '../manifest/read-table';
import { expectFolder, folderNames, pathType } from '../paths';
import { openFiles } from '../pipeline/open-files';
import { openSplit, type SplitDataset, type SplitReadOptions } from '../splits/open-split';
import { folderTreeEntries, listTreeEntries, seededTreeEntries } from './entries';
import { matchFolders } from './mask-finder';

/** Where the images and masks of a dataset lie: a `KnownTree`, or `{ format: 'tree', layout }` for a tree of your own. */
export type TreeDescription = Pick<KnownTree, 'format' | 'layout'>;

/** Which part of a described tree to open, and how. */
export interface TreeOptions extends SplitReadOptions {
  /** The folder that holds the dataset. */
  readonly root: string;
  /** One of the dataset's products; absent where it has only one. */
  readonly category?: string;
}

/**
 * Opens one split of a dataset whose tree is described, such as that of `VISA`. Published splits are kept; a tree
 * without any is divided by seed.
 *
 * Good test images have an empty mask; where there is no folder of masks, no image has one.
 *
 * @throws DatasetError `root-missing`, `category-unknown` (the known ones are named), `split-missing`, `mask-missing`,
 *   `mask-without-image`, `size-mismatch`, `empty`, `manifest`, `duplicate`, `unreadable`, `invalid-option`
 * @throws ImageError for a bad file, unless `onBad` is `skip`.
 */
export async function openTree({ layout }: TreeDescription, options: TreeOptions): Promise<SplitDataset> {
  const { root, category, split = 'train', limit, seed = 0 } = options;
  await expectFolder(root, 'root');
  const base = await findBase(layout, root);
  await expectCategory(layout, { base, root, category });
  const { images } = layout;
  const notes: string[] = [];
  if (images.by === 'seed') {
    const undivided = await seededTreeEntries(layout, images, base, notes);
    return openSplit({ undivided, notes }, root, options);
  }
  if (split === 'validation') {
    const message = `expected the split train or test of ${root}, received validation`;
    throw new DatasetError('split-missing', message);
  }
  const entries =
    images.by === 'folder'
      ? await folderTreeEntries(layout, images, { base, category, split }, notes)
      : await listTreeEntries(layout, images, { base, category, split });
  const data = await openFiles(limit === undefined ? entries : limitEntries(entries, limit, seed), options);
  return Object.assign(data, { splits: null, notes });
}

/**
 * The categories that a described tree holds, in natural order or that of its list; none where it has no categories.
 *
 * @throws DatasetError `root-missing`, `unreadable`
 */
export async function treeCategories({ layout }: TreeDescription, root: string): Promise<string[]> {
  await expectFolder(root, 'root');
  return treeCategoriesIn(layout, await findBase(layout, root));
}

async function expectCategory(
  layout: TreeLayout,
  { base, root, category }: { base: string; root: string; category: string | undefined },
): Promise<void> {
  if (layout.images.by === 'seed') {
    if (category === undefined) return;
    throw new DatasetError('category-unknown', `category: expected none, received ${category}`);
  }
  const known = await treeCategoriesIn(layout, base);
  if (category !== undefined && known.includes(category)) return;
  const inside =
    layout.images.by === 'list'
      ? layout.images.file
      : 'a folder with train or test inside, of which there is none';
  const names = known.length > 0 ? known.join(', ') : inside;
  const message = `category: expected ${names}, received ${category ?? 'none'} (in ${root})`;
  throw new DatasetError('category-unknown', message);
}

/** The folder in which the patterns of a layout hold: the root, or the folder that an archive put around the tree. */
export async function findBase(layout: TreeLayout, root: string): Promise<string> {
  for (const name of ['', ...(layout.inside ?? [])]) {
    const base = join(root, name);
    if (await holds(layout, base)) return base;
  }
  return root;
}

async function holds(layout: TreeLayout, base: string): Promise<boolean> {
  const { images } = layout;
  if (images.by === 'list') return (await pathType(join(base, images.file))) === 'file';
  if (images.by === 'seed') return (await matchFolders(base, images.all)).length > 0;
  return (await treeCategoriesIn(layout, base)).length > 0;
}

/** The categories below a base: folders that hold what the patterns name next, or what a list names. */
export async function treeCategoriesIn({ images }: TreeLayout, base: string): Promise<string[]> {
  if (images.by === 'seed') return [];
  if (images.by === 'list') {
    const path = join(base, images.file);
    if ((await pathType(path)) !== 'file') return [];
    const named = new Set<string>();
    for await (const { cells } of readTable(path, Object.values(images.columns))) {
      const category = cells.get(images.columns.category);
      if (category !== undefined) named.add(category);
    }
    return [...named];
  }
  const next = [images.train, images.test].map((pattern) => pattern.split('/')[1] ?? '');
  const categories: string[] = [];
  for (const name of await folderNames(base)) {
    const inside = await folderNames(join(base, name));
    if (next.some((folder) => inside.includes(folder))) categories.push(name);
  }
  return categories;
}
