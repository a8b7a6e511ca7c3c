import { join } from 'node:path';
import type { TreeLayout } from '../../known/tree-layout';
import { folderNames, kindOf } from '../image-paths';
import { readTable } from '../manifest/read-table';
import { matchFolders } from './pattern';

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
  if (images.by === 'list') return (await kindOf(join(base, images.file))) === 'file';
  if (images.by === 'seed') return (await matchFolders(base, images.all)).length > 0;
  return (await treeCategoriesIn(layout, base)).length > 0;
}

/** The categories below a base: folders that hold what the patterns name next, or what a list names. */
export async function treeCategoriesIn({ images }: TreeLayout, base: string): Promise<string[]> {
  if (images.by === 'seed') return [];
  if (images.by === 'list') {
    const path = join(base, images.file);
    if ((await kindOf(path)) !== 'file') return [];
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
