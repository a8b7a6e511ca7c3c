import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** An IDX file of bytes. */
export function idx(shape: readonly number[], values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x0800 | shape.length);
  for (const [index, length] of shape.entries()) view.setUint32(4 + 4 * index, length);
  bytes.set(Uint8Array.from(values), 4 + 4 * shape.length);
  return bytes;
}

/** Where the four files of MNIST lie, by what they hold. */
export const MNIST_FILES = {
  trainImages: 'train-images-idx3-ubyte.gz',
  trainLabels: 'train-labels-idx1-ubyte.gz',
  testImages: 't10k-images-idx3-ubyte.gz',
  testLabels: 't10k-labels-idx1-ubyte.gz',
} as const;

/** The pixels of a made-up digit: each image differs from every other. */
export const digit = (split: 'train' | 'test', index: number, [height, width]: readonly [number, number]) =>
  Uint8Array.from(
    { length: height * width },
    (_, pixel) => (pixel * 7 + index * 13 + (split === 'test' ? 90 : 0)) % 256,
  );

/** Writes a small data set in MNIST's format: as many images a split as there are labels. */
export async function writeDigits(
  root: string,
  labels: Readonly<Record<'train' | 'test', readonly number[]>>,
  {
    size = [4, 6],
    names = MNIST_FILES,
  }: { size?: readonly [number, number]; names?: Record<keyof typeof MNIST_FILES, string> } = {},
): Promise<void> {
  const write = (name: string, bytes: Uint8Array) =>
    writeBytes(join(root, name), name.endsWith('.gz') ? gzipSync(bytes) : bytes);
  for (const split of ['train', 'test'] as const) {
    const images = labels[split].flatMap((_, index) => [...digit(split, index, size)]);
    await write(names[`${split}Images`], idx([labels[split].length, ...size], images));
    await write(names[`${split}Labels`], idx([labels[split].length], labels[split]));
  }
}

/** A record of CIFAR-10: label, then the planes of red, green and blue, each of one value. */
export const cifarRecord = (label: number, red: number, green: number, blue: number): number[] => [
  label,
  ...[red, green, blue].flatMap((value) => Array<number>(1024).fill(value)),
];

export async function writeBytes(path: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}
