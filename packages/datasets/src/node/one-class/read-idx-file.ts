import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { DatasetError } from '../../errors';
import { type IdxOptions, idxHeaderBytes, parseIdxHeader } from '../../formats/idx';
import { unreadable } from '../unreadable';

/** More bytes than the header of any IDX file that is read here. */
const SNIFFED = 64;

/**
 * The bytes of an IDX file, unpacked where it is in gzip. No more is unpacked, and no more memory taken, than the header
 * announces; what comes after the compressed data is refused.
 *
 * @throws DatasetError `format`, `unreadable`
 */
export async function readIdxFile(path: string, options: IdxOptions): Promise<Uint8Array> {
  const { size } = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const beginning = await readBeginning(path);
  // The first two bytes of gzip; those of IDX are zero.
  const compressed = beginning[0] === 0x1f && beginning[1] === 0x8b;
  return compressed ? unpack(path, size, options) : readPlain(path, size, beginning, options);
}

async function readBeginning(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(SNIFFED), 0, SNIFFED, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function readPlain(
  path: string,
  size: number,
  beginning: Uint8Array,
  options: IdxOptions,
): Promise<Uint8Array> {
  const { shape, bytes } = parseIdxHeader(beginning, options);
  if (size !== bytes) throw wrongLength(options.name, bytes, shape, `${size}`);
  return collect(createReadStream(path), path, options);
}

async function unpack(path: string, size: number, options: IdxOptions): Promise<Uint8Array> {
  const gunzip = createGunzip();
  const source = createReadStream(path);
  source.on('error', (error) => gunzip.destroy(error));
  try {
    const values = await collect(source.pipe(gunzip), path, options);
    // Zeros after the end are ignored by zlib, and everything else an error of its own.
    if (gunzip.bytesWritten !== size) {
      const rest = size - gunzip.bytesWritten;
      throw new DatasetError(
        'format',
        `gzip: expected the end of ${options.name} after ${gunzip.bytesWritten} bytes, received ${rest} more`,
      );
    }
    return values;
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

/** Gathers a stream into an array as long as its header says, and no longer. */
async function collect(
  stream: AsyncIterable<Uint8Array>,
  path: string,
  options: IdxOptions,
): Promise<Uint8Array> {
  const header = idxHeaderBytes(options.dimensions);
  let head = new Uint8Array(0);
  let values: Uint8Array | undefined;
  let filled = 0;
  let expected = { shape: [0] as readonly number[], bytes: 0 };
  try {
    for await (const chunk of stream) {
      if (values === undefined) {
        head = joined(head, chunk);
        if (head.length < header) continue;
        expected = parseIdxHeader(head, options);
        values = new Uint8Array(expected.bytes);
      }
      const part = filled === 0 ? head : chunk;
      if (filled + part.length > values.length) {
        throw wrongLength(options.name, expected.bytes, expected.shape, 'more');
      }
      values.set(part, filled);
      filled += part.length;
    }
  } catch (error) {
    if (error instanceof DatasetError) throw error;
    if (isZlibError(error)) {
      throw new DatasetError(
        'format',
        `gzip: expected whole data in ${options.name}, received ${error.message}`,
      );
    }
    throw unreadable(path, error);
  }
  if (values === undefined) {
    parseIdxHeader(head, options);
    throw wrongLength(options.name, header, [], `${head.length}`);
  }
  if (filled !== expected.bytes) throw wrongLength(options.name, expected.bytes, expected.shape, `${filled}`);
  return values;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && /^Z_/.test(String(error.code));
}

const wrongLength = (name: string, bytes: number, shape: readonly number[], received: string): DatasetError =>
  new DatasetError(
    'format',
    `IDX: expected ${bytes} bytes for ${shape.join('x')} in ${name}, received ${received}`,
  );
