import { unusable, type WeightsError } from '../weights-error';

/** Where a tensor lies in a safetensors file. */
export interface StoredTensor {
  /** As the file has it, such as `F32`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Of its first byte, from the start of the file. */
  readonly begin: number;
  /** Behind its last byte. */
  readonly end: number;
}

/** What a safetensors file says of itself. */
export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** The length of the header, little-endian, comes first. */
export const LENGTH_BYTES = 8;

/** That of VGG-19 has 4 kB; a file that claims more than this is something else, and nothing is allocated for it. */
const LONGEST_HEADER = 2 ** 22;

/** Where the header ends, from the first eight bytes and the size of the file. */
export function headerEnd(start: Uint8Array, fileSize: number): number {
  if (start.length < LENGTH_BYTES) {
    throw unusable('size', `a safetensors file of more than ${LENGTH_BYTES} bytes, received ${start.length}`);
  }
  const length = new DataView(start.buffer, start.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (length > LONGEST_HEADER) {
    throw unusable(
      'malformed',
      `a safetensors header of at most ${LONGEST_HEADER} bytes, received ${length}`,
    );
  }
  const end = LENGTH_BYTES + Number(length);
  if (end > fileSize) {
    throw unusable(
      'size',
      `a safetensors file of at least ${end} bytes, as its header says, received ${fileSize}`,
    );
  }
  return end;
}

/**
 * The header of a safetensors file. As the format wants it, tensors follow each other without overlap or hole, from the
 * end of the header to the end of the file.
 *
 * @param bytes from the start of the file to the end of the header.
 * @throws WeightsError when it is not what a header is, or the file is shorter or longer than it says.
 */
export function parseHeader(bytes: Uint8Array, fileSize: number): SafetensorsHeader {
  const json = parseJson(bytes.subarray(LENGTH_BYTES));
  const tensors = new Map<string, StoredTensor>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(objectAt(json, 'the header'))) {
    if (name === '__metadata__') metadata = texts(value);
    else tensors.set(name, tensorAt(value, name, bytes.length));
  }
  checkPlaces(tensors, bytes.length, fileSize);
  return { metadata, tensors };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    const start = new TextDecoder().decode(bytes.subarray(0, 40));
    throw unusable('malformed', `a safetensors header in JSON, received ${JSON.stringify(start)}`);
  }
}

function texts(value: unknown): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const [key, text] of Object.entries(objectAt(value, '__metadata__'))) {
    if (typeof text !== 'string') throw unexpected(`__metadata__.${key}`, 'a string', text);
    metadata[key] = text;
  }
  return metadata;
}

function tensorAt(value: unknown, name: string, headerBytes: number): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = objectAt(value, name);
  if (typeof dtype !== 'string') throw unexpected(`${name}.dtype`, 'a string', dtype);
  if (!isSizes(shape)) throw unexpected(`${name}.shape`, 'an array of sizes', shape);
  if (!isSizes(offsets)) throw unexpected(`${name}.data_offsets`, 'two offsets', offsets);
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2 || end < begin) {
    throw unexpected(`${name}.data_offsets`, 'two offsets, the first not above the second', offsets);
  }
  return { dtype, shape, begin: headerBytes + begin, end: headerBytes + end };
}

function checkPlaces(
  tensors: ReadonlyMap<string, StoredTensor>,
  headerBytes: number,
  fileSize: number,
): void {
  const inOrder = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let last = headerBytes;
  for (const [name, { begin, end }] of inOrder) {
    if (begin !== last) {
      const what = begin < last ? 'overlaps what is before it' : 'leaves a hole before it';
      throw unusable(
        'malformed',
        `${name} in the safetensors file from byte ${last}, received ${begin}, which ${what}`,
        name,
      );
    }
    last = end;
  }
  if (last !== fileSize) {
    throw unusable('size', `a safetensors file of ${last} bytes, as its header says, received ${fileSize}`);
  }
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function objectAt(value: unknown, at: string): Record<string, unknown> {
  if (isObject(value)) return value;
  throw unexpected(at, 'an object', value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unexpected(at: string, expected: string, value: unknown): WeightsError {
  const received = String(JSON.stringify(value)).slice(0, 60);
  return unusable('malformed', `${at} of the safetensors file to be ${expected}, received ${received}`);
}
