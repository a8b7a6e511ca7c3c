import { dirname, resolve } from 'node:path';
import { DatasetError } from '../../errors';
import { kindOf } from '../image-paths';
import { idBelow, pathInside } from '../inside';
import type { ImageEntry } from '../pipeline/image-entry';
import { type OnWrong, readTable, wrongLine } from './read-table';
import { type ManifestRow, manifestRow } from './row';

/** A line of a manifest, and the image that it names. */
export interface ListedImage {
  readonly row: ManifestRow;
  readonly entry: ImageEntry;
}

/**
 * Lists the images that a manifest names, in its order.
 *
 * @param onWrong Is told what is wrong with lines, `manifest` or `mask-missing`. Where it returns, the list goes on without
 *   them.
 * @throws DatasetError `root-missing`, `unreadable`, and what `onWrong` throws.
 */
export async function listManifest(
  { file, allowOutside = false }: { readonly file: string; readonly allowOutside?: boolean },
  onWrong: OnWrong,
): Promise<ListedImage[]> {
  if ((await kindOf(file)) !== 'file') {
    throw new DatasetError(
      'root-missing',
      `manifest: expected a CSV file or JSON lines, found none at ${file}`,
    );
  }
  const folder = dirname(resolve(file));
  const locate = (line: number, named: string): string | undefined => {
    const path = allowOutside ? resolve(folder, named) : pathInside(folder, named);
    if (path === undefined) onWrong(wrongLine(file, line, `a path inside ${folder}, received ${named}`));
    return path;
  };
  const listed: ListedImage[] = [];
  const lines = new Map<string, number>();
  for await (const tableRow of readTable(file, ['path'], onWrong)) {
    const row = manifestRow(file, tableRow, onWrong);
    if (row === undefined) continue;
    const path = locate(row.line, row.path);
    const mask = row.mask === undefined ? undefined : locate(row.line, row.mask);
    if (path === undefined || (row.mask !== undefined && mask === undefined)) continue;
    const id = idBelow(folder, path);
    const earlier = lines.get(id);
    if (earlier !== undefined) {
      onWrong(wrongLine(file, row.line, `each image once, received ${row.path} of line ${earlier} again`));
      continue;
    }
    lines.set(id, row.line);
    const entry = { id, label: row.label, defectType: row.defectType, path };
    listed.push({ row, entry: mask === undefined ? entry : { ...entry, mask: { path: mask } } });
  }
  expectAllOrNone(file, listed, onWrong);
  if (!listed.some(({ entry }) => entry.mask !== undefined)) return listed;
  return listed.map(({ row, entry }) => ({
    row,
    entry: entry.label === 0 ? { ...entry, mask: 'none' } : entry,
  }));
}

/** Tells of every line without what others that could have it have. */
function expectAllOrNone(file: string, listed: readonly ListedImage[], onWrong: OnWrong): void {
  const withSplit = listed.find(({ row }) => row.split !== undefined)?.row;
  const defective = listed.filter(({ row }) => row.label === 1);
  const withMask = defective.find(({ row }) => row.mask !== undefined)?.row;
  for (const { row } of withSplit === undefined ? [] : listed) {
    if (row.split !== undefined) continue;
    onWrong(wrongLine(file, row.line, `a split as in line ${withSplit?.line}, received none`));
  }
  for (const { row } of withMask === undefined ? [] : defective) {
    if (row.mask !== undefined) continue;
    const where = `${file}, line ${row.line}`;
    onWrong(
      new DatasetError(
        'mask-missing',
        `${where}: expected a mask as in line ${withMask?.line}, received none for ${row.path}`,
      ),
    );
  }
}
