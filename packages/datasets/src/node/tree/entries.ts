import { join } from 'node:path';
import { DatasetError } from '../../errors';
import type { TreeImages, TreeLayout } from '../../known/known-dataset';
import { readTable, type TableRow, wrongLine } from '../manifest/read-table';
import { idBelow, linkSentences, listImages, pathInside, pathType } from '../paths';
import type { ImageEntry } from '../pipeline/image-entry';
import {
  fill,
  fixedPart,
  isImage,
  MaskFinder,
  matchFolders,
  type Names,
  pathFor,
  thresholdOf,
} from './mask-finder';

interface Part {
  readonly base: string;
  readonly category: string | undefined;
  readonly split: 'train' | 'test';
}

/**
 * Images of one published split, in folders by type of defect.
 *
 * @param notes Sentences on masks and links are added here.
 */
export async function folderTreeEntries(
  layout: TreeLayout,
  images: Extract<TreeImages, { by: 'folder' }>,
  { base, category = '', split }: Part,
  notes: string[] = [],
): Promise<ImageEntry[]> {
  const names = { category };
  const top = join(base, category);
  if (split === 'train') {
    const folder = join(base, fill(images.train, names));
    if ((await pathType(folder)) !== 'folder') throw splitMissing('good', folder);
    const { paths, linksLeftOut } = await listImages(folder);
    notes.push(...linkSentences(linksLeftOut));
    if (paths.length === 0) throw new DatasetError('empty', `expected images in ${folder}, found none`);
    return paths.map((path) => ({ id: idBelow(top, path), label: 0, defectType: 'good', path }));
  }
  const pattern = fill(images.test, names);
  const folder = join(base, fixedPart(pattern));
  if ((await pathType(folder)) !== 'folder') throw splitMissing('test', folder);
  const entries = await matchedEntries(layout, { base, pattern, top, names }, notes);
  if (entries.length === 0) {
    throw new DatasetError('empty', `expected images in ${join(folder, '<kind>')}, found none`);
  }
  return entries;
}

const splitMissing = (what: 'good' | 'test', folder: string): DatasetError =>
  new DatasetError('split-missing', `expected ${what} images in ${folder}, found no such folder`);

/** All images of a tree without published splits. */
export function seededTreeEntries(
  layout: TreeLayout,
  { all }: Extract<TreeImages, { by: 'seed' }>,
  base: string,
  notes: string[] = [],
): Promise<ImageEntry[]> {
  return matchedEntries(layout, { base, pattern: all, top: base, names: {} }, notes);
}

/** The images in the folders that a pattern matches, by type of defect, with their masks and twins. */
async function matchedEntries(
  layout: TreeLayout,
  { base, pattern, top, names }: { base: string; pattern: string; top: string; names: Names },
  notes: string[],
): Promise<ImageEntry[]> {
  const bySeed = layout.images.by === 'seed';
  const masks = await MaskFinder.find(layout, base, names);
  const entries: ImageEntry[] = [];
  let links = 0;
  for (const matched of await matchFolders(base, pattern)) {
    const { kind: defectType = '' } = matched.names;
    const { paths, linksLeftOut } = await listImages(matched.path);
    links += linksLeftOut;
    for (const path of paths) {
      if (bySeed && layout.endings !== undefined && !isImage(layout, path)) continue;
      const image = { path, folder: matched.path, names: { ...names, ...matched.names } };
      const entry = { id: idBelow(top, path), path };
      if (defectType === layout.good) {
        masks?.claim(image);
        entries.push({ ...entry, defectType: 'good', label: 0, ...(masks && { mask: 'none' }) });
        continue;
      }
      const twin = bySeed || layout.twin === undefined ? undefined : pathFor(base, layout.twin, image);
      const hasTwin = twin !== undefined && (await pathType(twin)) === 'file';
      const mask = masks && { mask: masks.of(image) };
      entries.push({ ...entry, defectType, label: 1, ...mask, ...(hasTwin && { cleanTwinPath: twin }) });
    }
  }
  // Published splits without any image are told as that.
  if (bySeed || entries.length > 0) masks?.expectNoOthers();
  notes.push(...linkSentences(links), ...(masks?.notes() ?? []));
  return entries;
}

/** Images of one published split that a list names, in its order. */
export async function listTreeEntries(
  layout: TreeLayout,
  { file, columns }: Extract<TreeImages, { by: 'list' }>,
  { base, category = '', split }: Part,
): Promise<ImageEntry[]> {
  const list = join(base, file);
  const entries: ImageEntry[] = [];
  for await (const row of readTable(list, Object.values(columns))) {
    const cell = (column: keyof typeof columns): string => needed(list, row, columns[column]);
    if (cell('category') !== category) continue;
    const named = cell('split');
    if (named !== 'train' && named !== 'test') {
      throw wrongLine(list, row.line, `a split of train, test, received ${named}`);
    }
    if (named !== split) continue;
    const locate = (path: string): string => {
      const found = pathInside(base, path);
      if (found === undefined) throw wrongLine(list, row.line, `a path inside ${base}, received ${path}`);
      return found;
    };
    const path = locate(cell('image'));
    const entry = { id: idBelow(join(base, category), path), path };
    const label = cell('label');
    if (label === layout.good) {
      entries.push({ ...entry, defectType: 'good', label: 0, ...(split === 'test' && { mask: 'none' }) });
    } else if (split === 'train') {
      throw wrongLine(list, row.line, `${layout.good} images in train, received ${label}`);
    } else {
      const mask = row.cells.get(columns.mask);
      if (mask === undefined) {
        const message = `${list}, line ${row.line}: expected a mask for ${cell('image')}, received none`;
        throw new DatasetError('mask-missing', message);
      }
      entries.push({
        ...entry,
        defectType: label,
        label: 1,
        mask: { path: locate(mask), ...thresholdOf(layout) },
      });
    }
  }
  if (entries.length === 0) {
    throw new DatasetError('empty', `expected ${split} images of ${category} in ${list}, found none`);
  }
  return entries;
}

function needed(list: string, { line, cells }: TableRow, column: string): string {
  const cell = cells.get(column);
  if (cell === undefined) throw wrongLine(list, line, `a cell in column ${column}, received none`);
  return cell;
}
