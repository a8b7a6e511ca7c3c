import { dirname, resolve } from 'node:path';
import { DatasetError } from '../../errors';
import { kindOf } from '../image-paths';
import { idBelow, pathInside } from '../inside';
import type { ImageEntry } from '../pipeline/image-entry';
import { type FoundEntries, openSplit, type SplitDataset, type SplitReadOptions } from '../splits/open-split';
import { readTable, wrongLine } from './read-table';
import { type ManifestRow, manifestRow } from './row';

/** Which images of a manifest to open, and how. */
export interface ManifestOptions extends SplitReadOptions {
  /** A CSV file with a header, or JSON lines in a file whose name ends in `.jsonl` or `.ndjson`. */
  readonly file: string;
  /** Let paths be absolute, or lead out of the manifest's folder. Default false. */
  readonly allowOutside?: boolean;
}

/**
 * Images that a file lists, in its order, with the columns or fields
 *
 * - `path`, relative to the file;
 * - `label` (0 or 1, good or anomalous) or `kind` (good, or the type of defect), or both;
 * - `split` (train, validation or test), for every image or for none: then they are divided by seed where some are
 *   defective;
 * - `mask`, relative to the file, for defective images: of all in a split, or of none.
 *
 * Others are ignored.
 *
 * @throws DatasetError `root-missing`, `manifest` (the line is named), `mask-missing`, `duplicate`, `empty`,
 *   `size-mismatch`, `unreadable`, `invalid-option`
 * @throws ImageError for a bad file, unless `onBad` is `skip`.
 */
export async function manifest(options: ManifestOptions): Promise<SplitDataset> {
  return openSplit(await manifestEntries(options), options.file, options);
}

/** Lists what {@link manifest} opens. */
export async function manifestEntries({
  file,
  allowOutside = false,
}: Pick<ManifestOptions, 'file' | 'allowOutside'>): Promise<FoundEntries> {
  if ((await kindOf(file)) !== 'file') {
    throw new DatasetError(
      'root-missing',
      `manifest: expected a CSV file or JSON lines, found none at ${file}`,
    );
  }
  const folder = dirname(resolve(file));
  const locate = (line: number, named: string): string => {
    const path = allowOutside ? resolve(folder, named) : pathInside(folder, named);
    if (path !== undefined) return path;
    throw wrongLine(file, line, `a path inside ${folder}, received ${named}`);
  };
  const listed: { row: ManifestRow; entry: ImageEntry }[] = [];
  const lines = new Map<string, number>();
  for await (const tableRow of readTable(file, ['path'])) {
    const row = manifestRow(file, tableRow);
    const path = locate(row.line, row.path);
    const id = idBelow(folder, path);
    const earlier = lines.get(id);
    if (earlier !== undefined) {
      throw wrongLine(file, row.line, `each image once, received ${row.path} of line ${earlier} again`);
    }
    lines.set(id, row.line);
    const entry = {
      id,
      label: row.label,
      kind: row.kind,
      path,
      ...(row.mask !== undefined && { mask: { path: locate(row.line, row.mask) } }),
    };
    listed.push({ row, entry });
  }
  expectAllOrNone(file, listed);
  const withMasks = listed.some(({ entry }) => entry.mask !== undefined);
  const entriesOf = (rows: typeof listed): ImageEntry[] =>
    rows.map(({ entry }) => (withMasks && entry.label === 0 ? { ...entry, mask: 'none' } : entry));
  if (!listed.some(({ row }) => row.split !== undefined)) return { undivided: entriesOf(listed) };
  const of = (split: string) => entriesOf(listed.filter(({ row }) => row.split === split));
  return { divided: { train: of('train'), validation: of('validation'), test: of('test') } };
}

/** @throws DatasetError when a column is used by some of the lines that could use it. */
function expectAllOrNone(
  file: string,
  listed: readonly { readonly row: ManifestRow; readonly entry: ImageEntry }[],
): void {
  const withSplit = listed.find(({ row }) => row.split !== undefined)?.row;
  const without = listed.find(({ row }) => row.split === undefined)?.row;
  if (withSplit !== undefined && without !== undefined) {
    throw wrongLine(file, without.line, `a split as in line ${withSplit.line}, received none`);
  }
  const defective = listed.filter(({ row }) => row.label === 1);
  const withMask = defective.find(({ row }) => row.mask !== undefined)?.row;
  const unmasked = defective.find(({ row }) => row.mask === undefined)?.row;
  if (withMask === undefined || unmasked === undefined) return;
  throw new DatasetError(
    'mask-missing',
    `${file}, line ${unmasked.line}: expected a mask as in line ${withMask.line}, received none for ${unmasked.path}`,
  );
}
