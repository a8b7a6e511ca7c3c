import type { TreeImages, TreeLayout } from '../../known/tree-layout';
import { imagePaths } from '../image-paths';
import { idBelow } from '../inside';
import type { ImageEntry } from '../pipeline/image-entry';
import { isImage, MaskFinder } from './mask-finder';
import { matchFolders } from './pattern';

/** All images of a tree without published splits. */
export async function seededTreeEntries(
  layout: TreeLayout,
  images: Extract<TreeImages, { by: 'seed' }>,
  base: string,
): Promise<ImageEntry[]> {
  const masks = await MaskFinder.find(layout, base, {});
  const entries: ImageEntry[] = [];
  for (const { path: folder, names } of await matchFolders(base, images.all)) {
    const { kind: defectType = '' } = names;
    for (const path of await imagePaths(folder)) {
      if (layout.endings !== undefined && !isImage(layout, path)) continue;
      const image = { path, folder, names };
      const entry = { id: idBelow(base, path), path };
      if (defectType === layout.good) {
        masks?.claim(image);
        entries.push({ ...entry, defectType: 'good', label: 0, ...(masks && { mask: 'none' }) });
      } else {
        entries.push({ ...entry, defectType, label: 1, ...(masks && { mask: masks.of(image) }) });
      }
    }
  }
  masks?.expectNoOthers();
  return entries;
}
