import { join } from 'node:path';
import { DatasetError } from '../../errors';
import type { TreeImages, TreeLayout } from '../../known/tree-layout';
import { idBelow, pathInside } from '../inside';
import { readTable, type TableRow, wrongLine } from '../manifest/read-table';
import type { ImageEntry } from '../pipeline/image-entry';

interface Part {
  readonly base: string;
  readonly category: string | undefined;
  readonly split: 'train' | 'test';
}

/** Images of one published split that a list names, in its order. */
export async function listTreeEntries(
  layout: TreeLayout,
  { file, columns }: Extract<TreeImages, { by: 'list' }>,
  { base, category = '', split }: Part,
): Promise<ImageEntry[]> {
  const list = join(base, file);
  const threshold = layout.masks?.threshold ?? 127;
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
        throw new DatasetError(
          'mask-missing',
          `${list}, line ${row.line}: expected a mask for ${cell('image')}, received none`,
        );
      }
      entries.push({ ...entry, defectType: label, label: 1, mask: { path: locate(mask), threshold } });
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
