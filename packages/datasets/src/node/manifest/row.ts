import type { Split } from '../splits/splits';
import { type OnWrong, type TableRow, wrongLine } from './read-table';

/** What a manifest's line says of an image; paths as they stand there. */
export interface ManifestRow {
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
 * good, or the type of defect. One of them says the other, with `defective` as the kind where only a label is there.
 *
 * @param manifest Names the file in errors.
 * @param onWrong Is told everything that is wrong with the line, as `manifest`, naming it.
 * @returns Undefined where something is.
 * @throws DatasetError what `onWrong` throws.
 */
export function manifestRow(
  manifest: string,
  { line, cells }: TableRow,
  onWrong: OnWrong,
): ManifestRow | undefined {
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
