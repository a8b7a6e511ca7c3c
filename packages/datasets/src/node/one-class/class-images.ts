import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import type { PixelLayout } from '@utad/core';
import { expectPlainFile } from '@utad/files/node';
import { DatasetError } from '../../errors';
import { CIFAR10_SIZE, parseCifar10 } from '../../formats/cifar10';
import { type IdxOptions, idxHeaderBytes, parseIdx, parseIdxHeader, parseIdxLabels } from '../../formats/idx';
import type { KnownClasses } from '../../known/known-dataset';
import { pathType, unreadable } from '../paths';

/** Images of a part of a split, in their official order. */
interface ClassImages {
  /** How the bytes of an image are laid out. */
  readonly layout: PixelLayout;
  /** The class of each image, by number. */
  readonly labels: Uint8Array;
  /** An image, copied. */
  image(index: number): Uint8Array;
}

/**
 * Reads a split of a dataset of classes a part at a time, so that one part is held at once.
 *
 * @throws DatasetError `split-missing`, `format`, `unreadable`
 */
export function readClassImages(
  { format }: KnownClasses,
  root: string,
  split: 'train' | 'test',
): AsyncIterable<ClassImages> {
  return format === 'idx' ? idxImages(root, split) : cifar10Images(root, split);
}

const PREFIX = { train: 'train', test: 't10k' } as const;
const CLASSES = 10;

/** The images of MNIST and what is laid out like it: two IDX files a split. */
async function* idxImages(root: string, split: 'train' | 'test'): AsyncGenerator<ClassImages> {
  const labelFile = await find(root, `${PREFIX[split]}-labels`, 'idx1-ubyte');
  const imageFile = await find(root, `${PREFIX[split]}-images`, 'idx3-ubyte');
  const labels = parseIdxLabels(await readIdxFile(labelFile, { dimensions: 1, name: labelFile }), {
    classes: CLASSES,
    name: labelFile,
  });
  const images = parseIdx(await readIdxFile(imageFile, { dimensions: 3, name: imageFile }), {
    dimensions: 3,
    name: imageFile,
  });
  const [count = 0, height = 0, width = 0] = images.shape;
  if (count !== labels.length) {
    const message = `IDX: expected as many images as labels, received ${count} in ${imageFile} and ${labels.length} in ${labelFile}`;
    throw new DatasetError('format', message);
  }
  const length = height * width;
  yield {
    layout: { height, width, channels: 1 },
    labels,
    image: (index) => images.values.slice(index * length, (index + 1) * length),
  };
}

/** The file as it was published and as others spell it, compressed or not. */
async function find(root: string, stem: string, ending: string): Promise<string> {
  const names = [`${stem}-${ending}.gz`, `${stem}-${ending}`, `${stem}.${ending}.gz`, `${stem}.${ending}`];
  for (const name of names) {
    const path = join(root, name);
    if ((await pathType(path)) === 'file') return path;
  }
  throw new DatasetError('split-missing', `expected ${names.join(' or ')} in ${root}, found none of them`);
}

const FILES = {
  train: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`),
  test: ['test_batch.bin'],
} as const;
/** Ten times an official batch; more is no batch of CIFAR-10. */
const MOST_BYTES = 10 * 30_730_000;

/** The images of CIFAR-10's binary version, a batch at a time. */
async function* cifar10Images(root: string, split: 'train' | 'test'): AsyncGenerator<ClassImages> {
  const inner = join(root, 'cifar-10-batches-bin');
  const folder = (await pathType(inner)) === 'folder' ? inner : root;
  const paths = FILES[split].map((name) => join(folder, name));
  for (const path of paths) {
    if ((await pathType(path)) !== 'file') {
      const message = `expected ${FILES[split].join(', ')} in ${folder}, found no ${path}`;
      throw new DatasetError('split-missing', message);
    }
  }
  for (const path of paths) {
    const { labels, image } = parseCifar10(await readBatch(path), path);
    yield { layout: { height: CIFAR10_SIZE[0], width: CIFAR10_SIZE[1], channels: 3 }, labels, image };
  }
}

async function readBatch(path: string): Promise<Uint8Array> {
  try {
    const { bytes } = await expectPlainFile(path);
    if (bytes > MOST_BYTES) {
      const message = `CIFAR-10: expected at most ${MOST_BYTES} bytes in ${path}, received ${bytes}`;
      throw new DatasetError('format', message);
    }
    return await readFile(path);
  } catch (error) {
    throw error instanceof DatasetError ? error : unreadable(path, error);
  }
}

/** More bytes than the header of any IDX file that is read here. */
const SNIFFED = 64;

/**
 * The bytes of an IDX file, unpacked where it is in gzip. No more is unpacked, and no more memory taken, than the header
 * announces; what comes after the compressed data is refused.
 *
 * @throws DatasetError `format`, `unreadable`
 */
async function readIdxFile(path: string, options: IdxOptions): Promise<Uint8Array> {
  const { bytes: size } = await expectPlainFile(path).catch((error: unknown) => {
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
      const message = `gzip: expected the end of ${options.name} after ${gunzip.bytesWritten} bytes, received ${rest} more`;
      throw new DatasetError('format', message);
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
