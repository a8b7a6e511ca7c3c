import type { KnownClasses } from './known-dataset';
import { MNIST_FILES, mnistSources } from './mnist-files';

const HOST = 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com';
const HASHES = 'https://github.com/zalandoresearch/fashion-mnist#get-the-data';

/** Fashion-MNIST. */
export const FASHION_MNIST: KnownClasses = {
  id: 'fashion-mnist',
  title: 'Fashion-MNIST',
  description: '70,000 pictures of clothes, shoes and bags, 28x28, grey.',
  licence: { name: 'MIT', url: 'https://github.com/zalandoresearch/fashion-mnist/blob/master/LICENSE' },
  citation:
    'H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms. arXiv:1708.07747, 2017',
  homepage: 'https://github.com/zalandoresearch/fashion-mnist',
  ...MNIST_FILES,
  categories: [
    ...['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag'],
    'Ankle boot',
  ],
  sources: mnistSources(HOST, HASHES, [
    '8d4fb7e6c68d591d4c3dfef9ec88bf0d',
    '25c81989df183df01b3e8a0aad5dffbe',
    'bef4ecab320f06d8554ea6380940ec79',
    'bb300cfdad3c16e7a12a480ee83cd310',
  ]),
};
