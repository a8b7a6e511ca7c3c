import type { Split } from '../splits/splits';
import { type TableRow, wrongLine } from './read-table';

/** What a manifest's line says of an image; paths as they stand there. */
export interface ManifestRow {
  readonly line: number;
  readonly path: string;
  readonly label: 0 | 1;
  readonly kind: string;
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
 * @throws DatasetError `manifest`, naming the line.
 */
export function manifestRow(manifest: string, { line, cells }: TableRow): ManifestRow {
  const wrong = (rest: string) => wrongLine(manifest, line, rest);
  const path = cells.get('path');
  if (path === undefined) throw wrong('a path, received none');
  const named = cells.get('label');
  const label = named === undefined ? undefined : entryOf(LABELS, named.toLowerCase());
  if (named !== undefined && label === undefined) {
    throw wrong(`a label of ${Object.keys(LABELS).join(', ')}, received ${named}`);
  }
  const kind = cells.get('kind');
  const ofKind = kind === undefined ? undefined : kind === 'good' ? 0 : 1;
  const known = label ?? ofKind;
  if (known === undefined) throw wrong('a label or a kind, received neither');
  if (ofKind !== undefined && ofKind !== known) {
    throw wrong(`a label and a kind that agree, received ${named} and ${kind}`);
  }
  const splitName = cells.get('split');
  const split = splitName === undefined ? undefined : entryOf(SPLIT_NAMES, splitName.toLowerCase());
  if (splitName !== undefined && split === undefined) {
    throw wrong(`a split of train, validation, test, received ${splitName}`);
  }
  if (split === 'train' && known === 1) throw wrong(`good images in train, received ${kind ?? named}`);
  const mask = cells.get('mask');
  if (mask !== undefined && known === 0) throw wrong(`no mask for a good image, received ${mask}`);
  return {
    line,
    path,
    label: known,
    kind: kind ?? (known === 0 ? 'good' : 'defective'),
    ...(split && { split }),
    ...(mask !== undefined && { mask }),
  };
}

function entryOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
