import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CIFAR10, MNIST } from '@utad/datasets';
import { openDataset } from '@utad/datasets/node';
import { describe } from 'vitest';
import { type Bad, refuses } from './bad-input';
import { cifarRecord, idx, MNIST_FILES, writeBytes, writeDigits } from './class-files';

const size = [4, 4] as const;
const LABELS = { train: [5, 0, 4], test: [7, 5] } as const;
const { trainImages, trainLabels } = MNIST_FILES;
const digits = (root: string) => openDataset(MNIST, { root, normalClass: 5, split: 'train', size });
const images = (shape: readonly number[], count: number) => idx(shape, new Uint8Array(count));
const put = (name: string, bytes: Uint8Array) => (root: string) => writeBytes(join(root, name), bytes);
const zip = (name: string, bytes: Uint8Array) => put(name, gzipSync(bytes));
const spoilt = (name: string, change: (bytes: Buffer) => Uint8Array) => async (root: string) => {
  const path = join(root, name);
  await writeFile(path, change(await readFile(path)));
};

/** IDX in gzip. */
const idxFiles: Bad[] = [
  [
    'no folder',
    async (root) => rm(root, { recursive: true }),
    digits,
    'root-missing',
    /^root: expected a folder, found nothing at /,
  ],
  [
    'no images',
    async (root) => rm(join(root, trainImages)),
    digits,
    'split-missing',
    /^expected train-images-idx3-ubyte\.gz or train-images-idx3-ubyte or train-images\.idx3-ubyte\.gz or train-images\.idx3-ubyte in .*, found none of them$/,
  ],
  [
    'a wrong magic number',
    zip(
      trainImages,
      images([3, 4, 4], 48).map((byte, index) => (index === 2 ? 13 : byte)),
    ),
    digits,
    'format',
    /magic number 0x00000803 .* 0x00000d03$/,
  ],
  [
    'a header in half',
    zip(trainImages, images([3, 4, 4], 0).subarray(0, 10)),
    digits,
    'format',
    /expected 16 bytes of header .* received 10 bytes$/,
  ],
  [
    'a huge header',
    zip(trainImages, images([2 ** 31, 2 ** 31, 2 ** 31], 10)),
    digits,
    'format',
    /at most 1073741824 bytes .* announces 2147483648x2147483648x2147483648$/,
  ],
  [
    'images that end early',
    zip(trainImages, images([3, 4, 4], 47)),
    digits,
    'format',
    /expected 64 bytes for 3x4x4 .* received 63$/,
  ],
  [
    'a bomb: more bytes than its header says',
    zip(trainImages, images([3, 4, 4], 50_000_000)),
    digits,
    'format',
    /expected 64 bytes for 3x4x4 .* received more$/,
  ],
  [
    'gzip with garbage after it',
    spoilt(trainImages, (bytes) => Buffer.concat([bytes, Buffer.from('garbage after the end')])),
    digits,
    'format',
    /^gzip: expected whole data in .*received incorrect header check$/,
  ],
  [
    'gzip with zeros after it',
    spoilt(trainImages, (bytes) => Buffer.concat([bytes, Buffer.alloc(10)])),
    digits,
    'format',
    /^gzip: expected the end of .* received 10 more$/,
  ],
  [
    'gzip with one byte after it',
    spoilt(trainImages, (bytes) => Buffer.concat([bytes, Buffer.from('x')])),
    digits,
    'format',
    /^gzip: expected whole data in .*received unexpected end of file$/,
  ],
  [
    'gzip cut off',
    spoilt(trainImages, (bytes) => bytes.subarray(0, bytes.length - 9)),
    digits,
    'format',
    /^gzip: expected whole data in .*received unexpected end of file$/,
  ],
  [
    'gzip of other bytes',
    spoilt(trainImages, (bytes) =>
      bytes.map((byte, index) => (index === bytes.length - 7 ? byte ^ 1 : byte)),
    ),
    digits,
    'format',
    /^gzip: expected whole data in .*received incorrect data check$/,
  ],
  [
    'more images than labels',
    zip(trainImages, images([4, 4, 4], 64)),
    digits,
    'format',
    /expected as many images as labels, received 4 in .* and 3 in /,
  ],
  [
    'a label out of range',
    zip(trainLabels, idx([3], [1, 12, 3])),
    digits,
    'format',
    /expected labels from 0 to 9 in .* received 12 as label 1$/,
  ],
  [
    'images without gzip that end early',
    async (root) => {
      await rm(join(root, trainImages));
      await put('train-images-idx3-ubyte', images([3, 4, 4], 40))(root);
    },
    digits,
    'format',
    /expected 64 bytes for 3x4x4 .* received 56$/,
  ],
  [
    'images without gzip that go on',
    async (root) => {
      await rm(join(root, trainImages));
      await put('train-images-idx3-ubyte', images([3, 4, 4], 49))(root);
    },
    digits,
    'format',
    /expected 64 bytes for 3x4x4 .* received 65$/,
  ],
  [
    'an empty file',
    async (root) => {
      await rm(join(root, trainImages));
      await put('train-images-idx3-ubyte', new Uint8Array(0))(root);
    },
    digits,
    'format',
    /expected 16 bytes of header .* received 0 bytes$/,
  ],
  [
    'a class that is not there',
    zip(trainLabels, idx([3], [1, 2, 3])),
    digits,
    'empty',
    /^expected train images of 5 in .*, found none$/,
  ],
  [
    'a class that does not exist',
    async () => {},
    (root) => openDataset(MNIST, { root, normalClass: 'ten', split: 'train', size }),
    'category-unknown',
    /^category: expected a class of MNIST, 0 to 9 or 0, 1, .*, received ten$/,
  ],
  [
    'a limit of none',
    async () => {},
    (root) => openDataset(MNIST, { root, normalClass: 5, split: 'train', size, limit: 0 }),
    'invalid-option',
    /^limit: expected a whole number from 1, received 0$/,
  ],
];

/** CIFAR-10. */
const cifar = (root: string) => openDataset(CIFAR10, { root, normalClass: 6, split: 'test', size });
const batches: Bad[] = [
  [
    'a batch that ends within an image',
    put('test_batch.bin', Uint8Array.from(cifarRecord(0, 1, 2, 3)).subarray(0, 3000)),
    cifar,
    'format',
    /^CIFAR-10: expected a whole number of records of 3073 bytes in .* received 3000 bytes$/,
  ],
  [
    'a label out of range',
    put('test_batch.bin', Uint8Array.from(cifarRecord(200, 1, 2, 3))),
    cifar,
    'format',
    /expected labels from 0 to 9 in .* received 200 in record 0$/,
  ],
  [
    'no batch',
    async () => {},
    cifar,
    'split-missing',
    /^expected test_batch\.bin in .*, found no .*test_batch\.bin$/,
  ],
];

describe('IDX files', () => refuses(idxFiles, (root) => writeDigits(root, LABELS, { size })));
describe('batches of CIFAR-10', () => refuses(batches, async () => {}));
