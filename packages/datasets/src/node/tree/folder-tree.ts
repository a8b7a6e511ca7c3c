import { join } from 'node:path';
import { DatasetError } from '../../errors';
import type { TreeImages, TreeLayout } from '../../known/tree-layout';
import { imagePaths, kindOf } from '../image-paths';
import { idBelow } from '../inside';
import type { ImageEntry } from '../pipeline/image-entry';
import { MaskFinder, placed } from './mask-finder';
import { fill, fixedPart, matchFolders } from './pattern';

interface Part {
  readonly base: string;
  readonly category: string | undefined;
  readonly split: 'train' | 'test';
}

/** Images of one published split, in folders by kind. */
export async function folderTreeEntries(
  layout: TreeLayout,
  images: Extract<TreeImages, { by: 'folder' }>,
  { base, category = '', split }: Part,
): Promise<ImageEntry[]> {
  const names = { category };
  const top = join(base, category);
  if (split === 'train') {
    const folder = join(base, fill(images.train, names));
    if ((await kindOf(folder)) !== 'folder') throw splitMissing('good', folder);
    const paths = await imagePaths(folder);
    if (paths.length === 0) throw new DatasetError('empty', `expected images in ${folder}, found none`);
    return paths.map((path) => ({ id: idBelow(top, path), label: 0, defectType: 'good', path }));
  }
  const pattern = fill(images.test, names);
  const folder = join(base, fixedPart(pattern));
  if ((await kindOf(folder)) !== 'folder') throw splitMissing('test', folder);
  const masks = await MaskFinder.find(layout, base, names);
  const entries: ImageEntry[] = [];
  for (const matched of await matchFolders(base, pattern)) {
    const { kind: defectType = '' } = matched.names;
    for (const path of await imagePaths(matched.path)) {
      const image = { path, folder: matched.path, names: { ...names, ...matched.names } };
      const entry = { id: idBelow(top, path), path };
      if (defectType === layout.good) {
        masks?.claim(image);
        entries.push({ ...entry, defectType: 'good', label: 0, ...(masks && { mask: 'none' }) });
        continue;
      }
      const twin = layout.twin === undefined ? undefined : placed(base, layout.twin, image);
      const hasTwin = twin !== undefined && (await kindOf(twin)) === 'file';
      entries.push({
        ...entry,
        defectType,
        label: 1,
        ...(masks && { mask: masks.of(image) }),
        ...(hasTwin && { cleanTwinPath: twin }),
      });
    }
  }
  if (entries.length === 0) {
    throw new DatasetError('empty', `expected images in ${join(folder, '<kind>')}, found none`);
  }
  masks?.expectNoOthers();
  return entries;
}

const splitMissing = (what: 'good' | 'test', folder: string): DatasetError =>
  new DatasetError('split-missing', `expected ${what} images in ${folder}, found no such folder`);
