import type { KnownClasses } from './known-dataset';
import { MNIST_FILES, mnistSources } from './mnist-files';

// The host that torchvision downloads from; its hashes are of these files.
const HOST = 'https://ossci-datasets.s3.amazonaws.com/mnist';
const HASHES = 'https://github.com/pytorch/vision/blob/main/torchvision/datasets/mnist.py';

/** MNIST. */
export const MNIST: KnownClasses = {
  id: 'mnist',
  title: 'MNIST',
  description: '70,000 handwritten digits, 28x28, grey.',
  // Its own page states none; Keras names this one for its copyright holders.
  licence: { name: 'CC-BY-SA-3.0', url: 'https://keras.io/api/datasets/mnist/' },
  citation:
    'Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-Based Learning Applied to Document Recognition. Proceedings of the IEEE 86(11), 1998, doi:10.1109/5.726791',
  homepage: 'http://yann.lecun.com/exdb/mnist/',
  ...MNIST_FILES,
  categories: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  sources: mnistSources(HOST, HASHES, [
    'f68b3c2dcbeaaa9fbdd348bbdeb94873',
    'd53e105ee54ea40749a09fcbcd1e9432',
    '9fb629c4189551a2d022fa330f9573f3',
    'ec29112dd5afa0611ce80d1b7f02629c',
  ]),
};
