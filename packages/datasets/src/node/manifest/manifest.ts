import { dirname, resolve } from 'node:path';
import { DatasetError } from '../../errors';
import { idBelow, pathInside, pathType } from '../paths';
import type { ImageEntry } from '../pipeline/image-entry';
import { type FoundEntries, openSplit, type SplitDataset, type SplitReadOptions } from '../splits/open-split';
import type { Split } from '../splits/splits';
import { type OnWrong, readTable, refuse, type TableRow, wrongLine } from './read-table';

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
export async function manifestEntries(
  options: Pick<ManifestOptions, 'file' | 'allowOutside'>,
): Promise<FoundEntries> {
  const listed = await listManifest(options, refuse);
  const entriesOf = (images: readonly ListedImage[]) => images.map(({ entry }) => entry);
  if (!listed.some(({ row }) => row.split !== undefined)) return { undivided: entriesOf(listed) };
  const of = (split: string) => entriesOf(listed.filter(({ row }) => row.split === split));
  return { divided: { train: of('train'), validation: of('validation'), test: of('test') } };
}

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
  if ((await pathType(file)) !== 'file') {
    const message = `manifest: expected a CSV file or JSON lines, found none at ${file}`;
    throw new DatasetError('root-missing', message);
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
    const message = `${file}, line ${row.line}: expected a mask as in line ${withMask?.line}, received none for ${row.path}`;
    onWrong(new DatasetError('mask-missing', message));
  }
}

/** What a manifest's line says of an image; paths as they stand there. */
interface ManifestRow {
  readonly line: number;
  readonly path: string;
  readonly label: 0 | 1;
  readonly defectType: string;
  readonly split?: Split;
  readonly mask?: string;
}

const LABELS: Readonly<Record<string, 0 | 1>> = {
  ...Object.fromEntries(['0', 'good', 'normal', 'ok'].map((name) => [name, 0] as const)),
  ...Object.fromEntries(['1', 'anomalous', 'anomaly', 'bad', 'defective'].map((name) => [name, 1] as const)),
};

const SPLIT_NAMES: Readonly<Record<string, Split>> = {
  train: 'train',
  validation: 'validation',
  val: 'validation',
  test: 'test',
};

/**
 * Reads a line of a manifest. `label` is 0, good, normal or ok; or 1, anomalous, anomaly, bad or defective. `kind` is
 * good, or the type of defect. One of them says the other, with `defective` as the type of defect where only a label is there.
 *
 * @param manifest Names the file in errors.
 * @param onWrong Is told everything that is wrong with the line, as `manifest`, naming it.
 * @returns Undefined where something is.
 * @throws DatasetError what `onWrong` throws.
 */
function manifestRow(manifest: string, { line, cells }: TableRow, onWrong: OnWrong): ManifestRow | undefined {
  let sound = true;
  const wrong = (rest: string) => {
    sound = false;
    onWrong(wrongLine(manifest, line, rest));
  };
  const path = cells.get('path');
  if (path === undefined) wrong('a path, received none');
  const label = labelOf(cells, wrong);
  const defectType = cells.get('kind');
  const splitName = cells.get('split');
  const split = splitName === undefined ? undefined : entryOf(SPLIT_NAMES, splitName.toLowerCase());
  if (splitName !== undefined && split === undefined) {
    wrong(`a split of train, validation, test, received ${splitName}`);
  }
  if (split === 'train' && label === 1) {
    wrong(`good images in train, received ${defectType ?? cells.get('label')}`);
  }
  const mask = cells.get('mask');
  if (mask !== undefined && label === 0) wrong(`no mask for a good image, received ${mask}`);
  if (!sound || path === undefined || label === undefined) return undefined;
  return {
    line,
    path,
    label,
    defectType: defectType ?? (label === 0 ? 'good' : 'defective'),
    ...(split && { split }),
    ...(mask !== undefined && { mask }),
  };
}

/** What label and kind say together; undefined where that is wrong, which is told. */
function labelOf(cells: TableRow['cells'], wrong: (rest: string) => void): 0 | 1 | undefined {
  const named = cells.get('label');
  const label = named === undefined ? undefined : entryOf(LABELS, named.toLowerCase());
  if (named !== undefined && label === undefined) {
    wrong(`a label of ${Object.keys(LABELS).join(', ')}, received ${named}`);
    return undefined;
  }
  const defectType = cells.get('kind');
  const ofKind = defectType === undefined ? undefined : defectType === 'good' ? 0 : 1;
  const known = label ?? ofKind;
  if (known === undefined) wrong('a label or a kind, received neither');
  if (ofKind === undefined || ofKind === known) return known;
  wrong(`a label and a kind that agree, received ${named} and ${defectType}`);
  return undefined;
}

function entryOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
