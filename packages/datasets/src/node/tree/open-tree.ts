import { DatasetError } from '../../errors';
import type { TreeLayout } from '../../known/tree-layout';
import { expectFolder } from '../image-paths';
import { limitEntries } from '../limit';
import { openFiles } from '../pipeline/open-files';
import { openSplit, type SplitDataset, type SplitReadOptions } from '../splits/open-split';
import { findBase, treeCategoriesIn } from './base';
import { folderTreeEntries } from './folder-tree';
import { listTreeEntries } from './list-tree';
import { seededTreeEntries } from './seeded-tree';

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
 * @param layout `layout` of a `KnownTree`, or a description of your own.
 * @throws DatasetError `root-missing`, `category-unknown` (the known ones are named), `split-missing`, `mask-missing`,
 *   `mask-without-image`, `size-mismatch`, `empty`, `manifest`, `duplicate`, `unreadable`, `invalid-option`
 * @throws ImageError for a bad file, unless `onBad` is `skip`.
 */
export async function openTree(layout: TreeLayout, options: TreeOptions): Promise<SplitDataset> {
  const { root, category, split = 'train', limit, seed = 0 } = options;
  await expectFolder(root, 'root');
  const base = await findBase(layout, root);
  await expectCategory(layout, { base, root, category });
  const { images } = layout;
  if (images.by === 'seed') {
    return openSplit({ undivided: await seededTreeEntries(layout, images, base) }, root, options);
  }
  if (split === 'validation') {
    throw new DatasetError(
      'split-missing',
      `expected the split train or test of ${root}, received validation`,
    );
  }
  const entries =
    images.by === 'folder'
      ? await folderTreeEntries(layout, images, { base, category, split })
      : await listTreeEntries(layout, images, { base, category, split });
  const data = await openFiles(limit === undefined ? entries : limitEntries(entries, limit, seed), options);
  return Object.assign(data, { splits: null });
}

/**
 * The categories that a described tree holds, in natural order or that of its list; none where it has no categories.
 *
 * @throws DatasetError `root-missing`, `unreadable`
 */
export async function treeCategories(layout: TreeLayout, root: string): Promise<string[]> {
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
  throw new DatasetError(
    'category-unknown',
    `category: expected ${names}, received ${category ?? 'none'} (in ${root})`,
  );
}
