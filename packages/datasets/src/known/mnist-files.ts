import type { DatasetSource, KnownClasses } from './known-dataset';

const FILES = [
  'train-images-idx3-ubyte.gz',
  'train-labels-idx1-ubyte.gz',
  't10k-images-idx3-ubyte.gz',
  't10k-labels-idx1-ubyte.gz',
] as const;

/** What MNIST and the datasets laid out like it have in common: four IDX files in gzip. */
export const MNIST_FILES = {
  kind: 'idx',
  tree: FILES,
  splits: {
    train: 'The training images of the normal class.',
    test: 'All 10,000 test images, those of the other nine classes anomalous.',
  },
  images: { train: 60_000, test: 10_000 },
} as const satisfies Partial<KnownClasses>;

/** The four files on a host, with their hashes in the order of {@link MNIST_FILES}. */
export function mnistSources(host: string, hashSource: string, hashes: readonly string[]): DatasetSource[] {
  return FILES.map((file, index) => {
    const md5 = hashes[index];
    return { url: `${host}/${file}`, file, ...(md5 !== undefined && { md5, hashSource }) };
  });
}
