import type { TensorData } from '@utad/core';

/** What is wrong with a safetensors file, or with tensors that are to become one. */
export type SafetensorsErrorCode =
  /** The header is not what a header is. */
  | 'malformed'
  /** There are fewer or more bytes than the header says, or than a shape needs. */
  | 'size'
  /** Values of a type that is not read. */
  | 'dtype';

/** Bytes that are no safetensors file, or tensors that cannot be one. One line, in `message`. */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';

  constructor(
    /** What is wrong, for code to branch on. */
    readonly code: SafetensorsErrorCode,
    message: string,
    /** The tensor concerned, where there is one. */
    readonly tensor?: string,
  ) {
    super(message);
  }
}

/** Where a tensor lies in a safetensors file. */
export interface StoredTensor {
  /** As the file has it, such as `F32`. */
  readonly dtype: string;
  /** Length of each axis. */
  readonly shape: readonly number[];
  /** Of its first byte, from the start of the file. */
  readonly begin: number;
  /** Behind its last byte. */
  readonly end: number;
}

/** What a safetensors file says of itself. */
export interface SafetensorsHeader {
  /** Facts for people and programs. */
  readonly metadata: Readonly<Record<string, string>>;
  /** By name, in the order of the header. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** The types whose values are read, with the bytes that a value takes. */
export const safetensorsBytes: ReadonlyMap<string, number> = /* @__PURE__ */ new Map([
  ['F32', 4],
  ['F16', 2],
  ['BF16', 2],
]);

/** The bytes that a safetensors file begins with: the length of its header, little-endian. */
export const SAFETENSORS_LENGTH_BYTES = 8;

/** A file that claims more than this is something else, and nothing is allocated for it. */
const LONGEST_HEADER = 2 ** 22;

const METADATA = '__metadata__';

/**
 * Where the header ends and the values begin.
 *
 * @param start the first eight bytes of the file, or more.
 * @param fileSize in bytes.
 * @throws SafetensorsError when the header does not fit the file, or is longer than 4 MiB.
 */
export function safetensorsHeaderEnd(start: Uint8Array, fileSize: number): number {
  if (start.length < SAFETENSORS_LENGTH_BYTES) {
    const expected = `a safetensors file of more than ${SAFETENSORS_LENGTH_BYTES} bytes`;
    throw new SafetensorsError('size', `expected ${expected}, received ${start.length}`);
  }
  const length = new DataView(start.buffer, start.byteOffset, SAFETENSORS_LENGTH_BYTES).getBigUint64(0, true);
  if (length > LONGEST_HEADER) {
    const expected = `a safetensors header of at most ${LONGEST_HEADER} bytes`;
    throw new SafetensorsError('malformed', `expected ${expected}, received ${length}`);
  }
  const end = SAFETENSORS_LENGTH_BYTES + Number(length);
  if (end > fileSize) {
    const expected = `a safetensors file of at least ${end} bytes, as its header says`;
    throw new SafetensorsError('size', `expected ${expected}, received ${fileSize}`);
  }
  return end;
}

/**
 * The header of a safetensors file of which more need not be there. As the format wants it, tensors follow each other
 * without overlap or hole, from the end of the header to the end of the file. Types and shapes may be any.
 *
 * @param bytes from the start of the file to the end of the header, which {@link safetensorsHeaderEnd} tells.
 * @param fileSize in bytes.
 * @throws SafetensorsError when it is not what a header is, or the file is shorter or longer than it says.
 */
export function parseSafetensorsHeader(bytes: Uint8Array, fileSize: number): SafetensorsHeader {
  const json = parseJson(bytes.subarray(SAFETENSORS_LENGTH_BYTES));
  const tensors = new Map<string, StoredTensor>();
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, value] of Object.entries(objectAt(json, 'the header'))) {
    if (name === METADATA) metadata = textsAt(value);
    else tensors.set(name, tensorAt(value, name, bytes.length));
  }
  checkOffsets(tensors, bytes.length, fileSize);
  return { metadata, tensors };
}

/** A file of which any part can be had: on a disk, behind a URL, in memory. */
export interface ByteSource {
  /** In bytes. */
  readonly size: number;
  /** The bytes from `offset` on, as many as asked for; asked for are only bytes that the file has. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/**
 * The header of a safetensors file of which nothing else is read.
 *
 * @throws SafetensorsError as {@link parseSafetensorsHeader}, and `size` when fewer bytes come than were asked for. What
 *   `read` throws passes through.
 */
export async function readSafetensorsHeader(file: ByteSource): Promise<SafetensorsHeader> {
  const start = await readBytes(file, 0, Math.min(file.size, SAFETENSORS_LENGTH_BYTES));
  const end = safetensorsHeaderEnd(start, file.size);
  return parseSafetensorsHeader(await readBytes(file, 0, end), file.size);
}

/** @throws SafetensorsError `size` when fewer bytes come than were asked for. */
export async function readBytes(file: ByteSource, offset: number, length: number): Promise<Uint8Array> {
  const bytes = await file.read(offset, length);
  if (bytes.length === length) return bytes;
  const message = `expected ${length} bytes from byte ${offset} on, received ${bytes.length}`;
  throw new SafetensorsError('size', message);
}

/**
 * The values of one tensor as float32, which half precision of either kind fits without loss.
 *
 * @param bytes those of the tensor, little-endian.
 * @param stored what the header says of it.
 * @throws SafetensorsError `dtype` for other types than F32, F16 and BF16; `size` when the bytes are not as many as the
 *   shape needs.
 */
export function decodeSafetensor(
  bytes: Uint8Array,
  { dtype, shape }: Pick<StoredTensor, 'dtype' | 'shape'>,
  name = 'the tensor',
): TensorData {
  checkValues(name, dtype, shape, bytes.length);
  return { data: floatsOf(bytes, dtype), shape };
}

/**
 * Reads a whole safetensors file. Every size and offset is checked before anything is allocated.
 *
 * @returns tensors by name, in the order of the header, as float32; and the metadata, empty where there is none.
 * @throws SafetensorsError when it is none, or holds other types than F32, F16 and BF16.
 *
 * @example
 * const { tensors } = decodeSafetensors(encodeSafetensors(new Map([['mean', { data: Float32Array.of(1, 2), shape: [2] }]])));
 * tensors.get('mean'); // { data: Float32Array [1, 2], shape: [2] }
 */
export function decodeSafetensors(bytes: Uint8Array): {
  readonly tensors: Map<string, TensorData>;
  readonly metadata: Readonly<Record<string, string>>;
} {
  const end = safetensorsHeaderEnd(bytes, bytes.length);
  const header = parseSafetensorsHeader(bytes.subarray(0, end), bytes.length);
  for (const [name, { dtype, shape, begin, end }] of header.tensors) {
    checkValues(name, dtype, shape, end - begin);
  }
  const tensors = new Map<string, TensorData>();
  for (const [name, stored] of header.tensors) {
    tensors.set(name, decodeSafetensor(bytes.subarray(stored.begin, stored.end), stored, name));
  }
  return { tensors, metadata: header.metadata };
}

/**
 * Tensors as a safetensors file, in the order of the map: equal maps make equal files, on every machine.
 *
 * @param metadata facts for people and programs, before the tensors. Default none.
 * @param options `dtype` F16 takes half the room and rounds values to 11 significant bits. Default F32.
 * @throws SafetensorsError when a tensor has not as many values as its shape says, or the name of the metadata.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, TensorData>,
  metadata: Readonly<Record<string, string>> = {},
  { dtype = 'F32' }: { readonly dtype?: 'F32' | 'F16' } = {},
): Uint8Array {
  const width = dtype === 'F32' ? 4 : 2;
  const entries: [string, unknown][] = Object.keys(metadata).length === 0 ? [] : [[METADATA, metadata]];
  let size = 0;
  for (const [name, { data, shape }] of tensors) {
    if (name === METADATA) {
      throw new SafetensorsError('malformed', `expected another name for a tensor than ${METADATA}`, name);
    }
    checkValues(name, 'F32', shape, 4 * data.length);
    const begin = size;
    size += width * data.length;
    entries.push([name, { dtype, shape, data_offsets: [begin, size] }]);
  }
  // By hand: an object would move names that are numbers to the front.
  const json = entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  const header = new TextEncoder().encode(`{${json.join(',')}}`);
  // Spaces up to a whole number of eights: readers may map the values as they lie.
  const length = Math.ceil(header.length / 8) * 8;
  if (length > LONGEST_HEADER) {
    const expected = `names and metadata for a safetensors header of at most ${LONGEST_HEADER} bytes`;
    throw new SafetensorsError('size', `expected ${expected}, received ${length}`);
  }
  let offset = SAFETENSORS_LENGTH_BYTES + length;
  const bytes = new Uint8Array(offset + size).fill(0x20, SAFETENSORS_LENGTH_BYTES, offset);
  bytes.set(header, SAFETENSORS_LENGTH_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(length), true);
  for (const { data } of tensors.values()) {
    for (const value of data) {
      if (dtype === 'F32') view.setFloat32(offset, value, true);
      else view.setUint16(offset, toHalf(value), true);
      offset += width;
    }
  }
  return bytes;
}

function checkValues(name: string, dtype: string, shape: readonly number[], received: number): void {
  const width = safetensorsBytes.get(dtype);
  if (width === undefined) {
    const known = [...safetensorsBytes.keys()].join(' or ');
    throw new SafetensorsError('dtype', `expected ${name} as ${known}, received ${dtype}`, name);
  }
  if (!isSizes(shape)) throw unexpected(`${name}.shape`, 'an array of sizes', shape, name);
  const bytes = shape.reduce((product, length) => product * length, width);
  if (bytes !== received) {
    const message = `expected ${name} of shape [${shape}] in ${bytes} bytes, received ${received}`;
    throw new SafetensorsError('size', message, name);
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    const start = JSON.stringify(new TextDecoder().decode(bytes.subarray(0, 40)));
    throw new SafetensorsError('malformed', `expected a safetensors header in JSON, received ${start}`);
  }
}

function textsAt(value: unknown): Readonly<Record<string, string>> {
  const texts: [string, string][] = [];
  for (const [key, text] of Object.entries(objectAt(value, METADATA))) {
    if (typeof text !== 'string') throw unexpected(`${METADATA}.${key}`, 'a string', text);
    texts.push([key, text]);
  }
  // Unlike an assignment, this takes `__proto__` for a name like any other.
  return Object.fromEntries(texts);
}

function tensorAt(value: unknown, name: string, headerBytes: number): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = objectAt(value, name);
  if (typeof dtype !== 'string') throw unexpected(`${name}.dtype`, 'a string', dtype, name);
  if (!isSizes(shape)) throw unexpected(`${name}.shape`, 'an array of sizes', shape, name);
  if (!isSizes(offsets)) throw unexpected(`${name}.data_offsets`, 'two offsets', offsets, name);
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2 || end < begin) {
    throw unexpected(`${name}.data_offsets`, 'two offsets, the first not above the second', offsets, name);
  }
  return { dtype, shape, begin: headerBytes + begin, end: headerBytes + end };
}

function checkOffsets(
  tensors: ReadonlyMap<string, StoredTensor>,
  headerBytes: number,
  fileSize: number,
): void {
  const inOrder = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let last = headerBytes;
  for (const [name, { begin, end }] of inOrder) {
    if (begin !== last) {
      const what = begin < last ? 'overlaps what is before it' : 'leaves a hole before it';
      const message = `expected ${name} in the safetensors file from byte ${last}, received ${begin}, which ${what}`;
      throw new SafetensorsError('malformed', message, name);
    }
    last = end;
  }
  if (last !== fileSize) {
    const expected = `a safetensors file of ${last} bytes, as its header says`;
    throw new SafetensorsError('size', `expected ${expected}, received ${fileSize}`);
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

function unexpected(at: string, expected: string, value: unknown, tensor?: string): SafetensorsError {
  const received = String(JSON.stringify(value)).slice(0, 60);
  const message = `expected ${at} of the safetensors file to be ${expected}, received ${received}`;
  return new SafetensorsError('malformed', message, tensor);
}

function floatsOf(bytes: Uint8Array, dtype: string): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (dtype === 'F32') {
    return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
  }
  if (dtype === 'F16') {
    return Float32Array.from({ length: bytes.length / 2 }, (_, i) => fromHalf(view.getUint16(2 * i, true)));
  }
  // bfloat16 is the upper half of a float32.
  const wide = new Uint32Array(bytes.length / 2);
  for (let i = 0; i < wide.length; i++) wide[i] = view.getUint16(2 * i, true) << 16;
  return new Float32Array(wide.buffer);
}

/** IEEE 754 binary16: a sign, five bits of exponent, ten of fraction. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** IEEE 754 binary16, the nearest one, of two the even one; what is too large becomes infinite. */
export function toHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // Below 2^-14 steps are those of the smallest exponent.
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const steps = roundToEven(size / 2 ** (exponent - 10));
  // A fraction that rounds up to the next power of two carries into the exponent by itself.
  return sign | (steps < 1024 ? steps : steps + (exponent + 14) * 1024);
}

function roundToEven(value: number): number {
  const low = Math.floor(value);
  const over = value - low;
  return over > 0.5 || (over === 0.5 && low % 2 === 1) ? low + 1 : low;
}
