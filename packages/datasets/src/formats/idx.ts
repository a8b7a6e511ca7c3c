import { DatasetError } from '../errors';

/** An array of bytes as the files of MNIST hold it. */
export interface IdxArray {
  /** Length of each dimension, the slowest first: `[count]` for labels, `[count, height, width]` for images. */
  readonly shape: readonly number[];
  /** The values, the last dimension fastest: a view of the file's bytes, not a copy. */
  readonly values: Uint8Array;
}

/** What the header of an IDX file announces. */
export interface IdxHeader {
  /** Length of each dimension. */
  readonly shape: readonly number[];
  /** Bytes of the whole file, header included. */
  readonly bytes: number;
}

/** What an IDX file is read as. */
export interface IdxOptions {
  /** How many dimensions it must have: 1 for labels, 3 for images. */
  readonly dimensions: number;
  /** Names the file in errors. */
  readonly name: string;
}

const UNSIGNED_BYTE = 0x08;
/** Far above any data set of this format, and far below what a machine cannot hold. */
const MOST_BYTES = 2 ** 30;

/** Bytes of the header of an array with so many dimensions. */
export const idxHeaderBytes = (dimensions: number): number => 4 + 4 * dimensions;

/**
 * Reads the header of an IDX file: two zeros, the type of the values, the number of dimensions, and the length of each,
 * most significant byte first. Nothing is allocated by what it claims.
 *
 * @param bytes The beginning of the file; {@link idxHeaderBytes} says how much of it is needed.
 * @throws DatasetError `format` for another format, type or number of dimensions, and for more than 2^30 bytes.
 */
export function parseIdxHeader(bytes: Uint8Array, { dimensions, name }: IdxOptions): IdxHeader {
  const header = idxHeaderBytes(dimensions);
  if (bytes.length < header) {
    throw wrong(name, `${header} bytes of header`, `${bytes.length} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  const expected = (UNSIGNED_BYTE << 8) | dimensions;
  if (magic !== expected) throw wrong(name, `the magic number ${hex(expected)}`, hex(magic));
  const shape = Array.from({ length: dimensions }, (_, index) => view.getUint32(4 + 4 * index));
  const total = shape.reduce((product, length) => product * length, 1) + header;
  if (total > MOST_BYTES) {
    throw wrong(name, `at most ${MOST_BYTES} bytes`, `a header that announces ${shape.join('x')}`);
  }
  if (total === header) throw wrong(name, 'at least one value', `the shape ${shape.join('x')}`);
  return { shape, bytes: total };
}

/**
 * Reads an IDX file of unsigned bytes, the format of MNIST and Fashion-MNIST, to its last byte.
 *
 * @param bytes The whole file, not compressed.
 * @throws DatasetError `format`, also when there are fewer or more bytes than the header says.
 * @example parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 5, 7), { dimensions: 1, name: 'labels' }).values // 5, 7
 */
export function parseIdx(bytes: Uint8Array, options: IdxOptions): IdxArray {
  const { shape, bytes: expected } = parseIdxHeader(bytes, options);
  if (bytes.length !== expected) {
    throw wrong(options.name, `${expected} bytes for ${shape.join('x')}`, `${bytes.length}`);
  }
  return { shape, values: bytes.subarray(idxHeaderBytes(options.dimensions)) };
}

/**
 * The labels among an IDX file's values.
 *
 * @param classes Labels run from 0 to one less.
 * @throws DatasetError `format` for a label out of range.
 */
export function parseIdxLabels(
  bytes: Uint8Array,
  { classes, name }: { readonly classes: number; readonly name: string },
): Uint8Array {
  const { values } = parseIdx(bytes, { dimensions: 1, name });
  const at = values.findIndex((label) => label >= classes);
  if (at >= 0) throw wrong(name, `labels from 0 to ${classes - 1}`, `${values[at]} as label ${at}`);
  return values;
}

const wrong = (name: string, expected: string, received: string): DatasetError =>
  new DatasetError('format', `IDX: expected ${expected} in ${name}, received ${received}`);

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;
