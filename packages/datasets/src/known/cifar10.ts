import type { KnownClasses } from './known-dataset';

/** CIFAR-10, its binary version. */
export const CIFAR10: KnownClasses = {
  id: 'cifar10',
  title: 'CIFAR-10',
  description: '60,000 colour photographs of animals and vehicles, 32x32.',
  licence: { name: 'none stated; asks to be cited', url: 'https://www.cs.toronto.edu/~kriz/cifar.html' },
  citation:
    'A. Krizhevsky: Learning Multiple Layers of Features from Tiny Images. Technical report, University of Toronto, 2009',
  homepage: 'https://www.cs.toronto.edu/~kriz/cifar.html',
  kind: 'cifar10',
  tree: ['cifar-10-batches-bin/data_batch_1.bin to data_batch_5.bin', 'cifar-10-batches-bin/test_batch.bin'],
  categories: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
  splits: {
    train: 'The training images of the normal class.',
    test: 'All 10,000 test images, those of the other nine classes anomalous.',
  },
  images: { train: 50_000, test: 10_000 },
  sources: [
    {
      url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
      file: 'cifar-10-binary.tar.gz',
      md5: 'c32a1d4ab5d03f1284b67883e8d87530',
      hashSource: 'https://www.cs.toronto.edu/~kriz/cifar.html',
      archive: 'tar.gz',
    },
  ],
};
