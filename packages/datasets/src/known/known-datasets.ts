import type { DatasetSource, KnownClasses, KnownDataset, KnownTree } from './known-dataset';

/** BTAD. Its three products come in two formats. */
export const BTAD: KnownTree<'btad'> = {
  id: 'btad',
  title: 'BTAD (beanTech Anomaly Detection)',
  description: 'Images of three industrial products, with defects of body and surface and masks.',
  licence: { name: 'CC-BY-SA-4.0', url: 'https://github.com/pankajmishra000/VT-ADL' },
  citation:
    'P. Mishra, R. Verk, D. Fornasier, C. Piciarelli, G. L. Foresti: VT-ADL: A Vision Transformer Network for Image Anomaly Detection and Localization. ISIE 2021, arXiv:2104.10036',
  homepage: 'https://github.com/pankajmishra000/VT-ADL',
  format: 'tree',
  tree: [
    '<01, 02 or 03>/train/ok/000.bmp or 000.png',
    '<01, 02 or 03>/test/ok/000.bmp or 000.png',
    '<01, 02 or 03>/test/ko/000.bmp or 000.png',
    '<01, 02 or 03>/ground_truth/ko/000.png or 000.bmp',
  ],
  layout: {
    inside: ['BTech_Dataset_transformed'],
    images: { by: 'folder', train: '{category}/train/ok', test: '{category}/test/{kind}' },
    good: 'ok',
    masks: {
      paths: ['{category}/ground_truth/{kind}/{stem}.png', '{category}/ground_truth/{kind}/{stem}.bmp'],
    },
  },
  categories: ['01', '02', '03'],
  splits: {
    train: 'Good images, as published.',
    test: 'Good and defective images, as published.',
  },
  sources: [
    {
      url: 'https://avires.dimi.uniud.it/papers/btad/btad.zip',
      file: 'btad.zip',
      sha256: '461c9387e515bfed41ecaae07c50cf6b10def647b36c9e31d239ab2736b10d2a',
      hashSource:
        'https://github.com/openvinotoolkit/anomalib/blob/main/src/anomalib/data/datamodules/image/btech.py',
      archive: 'zip',
    },
  ],
};

/** CIFAR-10, its binary version. */
export const CIFAR10: KnownClasses<'cifar10'> = {
  id: 'cifar10',
  title: 'CIFAR-10',
  description: '60,000 colour photographs of animals and vehicles, 32x32.',
  licence: { name: 'none stated; asks to be cited', url: 'https://www.cs.toronto.edu/~kriz/cifar.html' },
  citation:
    'A. Krizhevsky: Learning Multiple Layers of Features from Tiny Images. Technical report, University of Toronto, 2009',
  homepage: 'https://www.cs.toronto.edu/~kriz/cifar.html',
  format: 'cifar10',
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

/** Magnetic tiles. Nobody published splits, so they are made by seed. */
export const MAGNETIC_TILE: KnownTree<'magnetic-tile'> = {
  id: 'magnetic-tile',
  title: 'Magnetic-tile defects',
  description:
    'Grey images of magnetic tiles of many sizes: 952 good ones, and 392 with blowholes, breaks, cracks, frays and uneven grinding, with masks.',
  licence: {
    name: 'none stated; the authors welcome use and ask to be cited',
    url: 'https://github.com/abin24/Magnetic-tile-defect-datasets.',
    accept: true,
  },
  citation:
    'Y. Huang, C. Qiu, K. Yuan: Surface defect saliency of magnetic tile. The Visual Computer 36, 2020, doi:10.1007/s00371-018-1588-5',
  homepage: 'https://github.com/abin24/Magnetic-tile-defect-datasets.',
  format: 'tree',
  tree: ['MT_Free/Imgs/<name>.jpg', 'MT_<defect>/Imgs/<name>.jpg', 'MT_<defect>/Imgs/<name>.png'],
  layout: {
    inside: ['Magnetic-tile-defect-datasets.-master'],
    images: { by: 'seed', all: 'MT_{kind}/Imgs' },
    good: 'Free',
    endings: ['.jpg'],
    // The borders of the masks are antialiased.
    masks: { paths: ['MT_{kind}/Imgs/{stem}.png'], threshold: 127 },
  },
  categories: [],
  splits: {
    train: 'By seed, four in five of the good images.',
    test: 'The other good images and all defective ones.',
  },
  sources: [
    {
      url: 'https://github.com/abin24/Magnetic-tile-defect-datasets./archive/refs/heads/master.zip',
      file: 'magnetic-tile.zip',
      archive: 'zip',
    },
  ],
};

const FILES = [
  'train-images-idx3-ubyte.gz',
  'train-labels-idx1-ubyte.gz',
  't10k-images-idx3-ubyte.gz',
  't10k-labels-idx1-ubyte.gz',
] as const;

/** What MNIST and the datasets laid out like it have in common: four IDX files in gzip. */
const MNIST_FILES = {
  format: 'idx',
  tree: FILES,
  splits: {
    train: 'The training images of the normal class.',
    test: 'All 10,000 test images, those of the other nine classes anomalous.',
  },
  images: { train: 60_000, test: 10_000 },
} as const satisfies Partial<KnownClasses>;

/** The four files on a host, with their hashes in the order of {@link MNIST_FILES}. */
function mnistSources(host: string, hashSource: string, hashes: readonly string[]): DatasetSource[] {
  return FILES.map((file, index) => {
    const md5 = hashes[index];
    return { url: `${host}/${file}`, file, ...(md5 !== undefined && { md5, hashSource }) };
  });
}

// The host that torchvision downloads from; its hashes are of these files.
const MNIST_HOST = 'https://ossci-datasets.s3.amazonaws.com/mnist';
const MNIST_HASHES = 'https://github.com/pytorch/vision/blob/main/torchvision/datasets/mnist.py';

/** MNIST. */
export const MNIST: KnownClasses<'mnist'> = {
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
  sources: mnistSources(MNIST_HOST, MNIST_HASHES, [
    'f68b3c2dcbeaaa9fbdd348bbdeb94873',
    'd53e105ee54ea40749a09fcbcd1e9432',
    '9fb629c4189551a2d022fa330f9573f3',
    'ec29112dd5afa0611ce80d1b7f02629c',
  ]),
};

const FASHION_HOST = 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com';
const FASHION_HASHES = 'https://github.com/zalandoresearch/fashion-mnist#get-the-data';

/** Fashion-MNIST. */
export const FASHION_MNIST: KnownClasses<'fashion-mnist'> = {
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
  sources: mnistSources(FASHION_HOST, FASHION_HASHES, [
    '8d4fb7e6c68d591d4c3dfef9ec88bf0d',
    '25c81989df183df01b3e8a0aad5dffbe',
    'bef4ecab320f06d8554ea6380940ec79',
    'bb300cfdad3c16e7a12a480ee83cd310',
  ]),
};

const CREATIVE_COMMONS = 'https://creativecommons.org/licenses/by-nc-sa/4.0/';

/** MVTec AD. */
export const MVTEC_AD: KnownTree<'mvtec'> = {
  id: 'mvtec',
  title: 'MVTec AD',
  description:
    '5,354 images of ten objects and five textures from industry, with more than 70 types of defect and exact masks.',
  licence: { name: 'CC-BY-NC-SA-4.0', url: CREATIVE_COMMONS, accept: true },
  citation:
    'P. Bergmann, M. Fauser, D. Sattlegger, C. Steger: MVTec AD - A Comprehensive Real-World Dataset for Unsupervised Anomaly Detection. CVPR 2019, doi:10.1109/CVPR.2019.00982',
  homepage: 'https://www.mvtec.com/company/research/datasets/mvtec-ad',
  format: 'tree',
  tree: [
    '<category>/train/good/000.png',
    '<category>/test/good/000.png',
    '<category>/test/<defect>/000.png',
    '<category>/ground_truth/<defect>/000_mask.png',
  ],
  layout: {
    inside: ['mvtec_anomaly_detection'],
    images: { by: 'folder', train: '{category}/train/good', test: '{category}/test/{kind}' },
    good: 'good',
    masks: { paths: ['{category}/ground_truth/{kind}/{stem}_mask.png'] },
    twin: '{category}/clean_twin/{kind}/{name}',
  },
  categories: [
    ...['bottle', 'cable', 'capsule', 'carpet', 'grid', 'hazelnut', 'leather', 'metal_nut', 'pill', 'screw'],
    ...['tile', 'toothbrush', 'transistor', 'wood', 'zipper'],
  ],
  splits: {
    train: 'Good images, as published.',
    test: 'Good and defective images, as published.',
  },
  sources: [
    {
      url: 'https://www.mydrive.ch/shares/38536/3830184030e49fe74747669442f0f282/download/420938113-1629952094/mvtec_anomaly_detection.tar.xz',
      file: 'mvtec_anomaly_detection.tar.xz',
      sha256: 'cf4313b13603bec67abb49ca959488f7eedce2a9f7795ec54446c649ac98cd3d',
      hashSource:
        'https://github.com/openvinotoolkit/anomalib/blob/main/src/anomalib/data/datamodules/image/mvtec.py',
      archive: 'tar.xz',
    },
  ],
  manual: [
    'Open https://www.mvtec.com/company/research/datasets/mvtec-ad and choose Download.',
    'Fill in the form and accept the licence, CC BY-NC-SA 4.0: no commercial use.',
    'Download the archive of the whole dataset, mvtec_anomaly_detection.tar.xz, or of single categories.',
    'Unpack it: mkdir mvtec_ad && tar -xf mvtec_anomaly_detection.tar.xz -C mvtec_ad',
    'Give the folder that holds the categories as --root, here mvtec_ad.',
  ],
};

/** VisA, with the split of its one-class protocol. */
export const VISA: KnownTree<'visa'> = {
  id: 'visa',
  title: 'VisA',
  description:
    '10,821 images of twelve objects, 9,621 good and 1,200 with surface and structural defects, with masks.',
  licence: { name: 'CC-BY-4.0', url: 'https://github.com/amazon-science/spot-diff#license' },
  citation:
    'Y. Zou, J. Jeong, L. Pemula, D. Zhang, O. Dabeer: SPot-the-Difference Self-Supervised Pre-training for Anomaly Detection and Segmentation. ECCV 2022, arXiv:2207.14315',
  homepage: 'https://github.com/amazon-science/spot-diff',
  format: 'tree',
  tree: [
    'split_csv/1cls.csv',
    '<category>/Data/Images/Normal/0000.JPG',
    '<category>/Data/Images/Anomaly/000.JPG',
    '<category>/Data/Masks/Anomaly/000.png',
  ],
  layout: {
    inside: ['VisA_20220922', 'VisA'],
    images: {
      by: 'list',
      file: 'split_csv/1cls.csv',
      columns: { category: 'object', split: 'split', label: 'label', image: 'image', mask: 'mask' },
    },
    good: 'normal',
    // Masks number the types of defect from 1, so that nearly all of them look black.
    masks: { paths: [], threshold: 0 },
  },
  categories: [
    ...['candle', 'capsules', 'cashew', 'chewinggum', 'fryum', 'macaroni1', 'macaroni2', 'pcb1', 'pcb2'],
    ...['pcb3', 'pcb4', 'pipe_fryum'],
  ],
  splits: {
    train: 'Nine in ten of the good images, as split_csv/1cls.csv says.',
    test: 'The other good images and all defective ones.',
  },
  sources: [
    {
      url: 'https://amazon-visual-anomaly.s3.us-west-2.amazonaws.com/VisA_20220922.tar',
      file: 'VisA_20220922.tar',
      sha256: '2eb8690c803ab37de0324772964100169ec8ba1fa3f7e94291c9ca673f40f362',
      hashSource:
        'https://github.com/openvinotoolkit/anomalib/blob/main/src/anomalib/data/datamodules/image/visa.py',
      archive: 'tar',
    },
  ],
};

/** Every published dataset that can be opened by name: the paper's four first. */
export const KNOWN_DATASETS = [
  MVTEC_AD,
  MNIST,
  FASHION_MNIST,
  CIFAR10,
  VISA,
  BTAD,
  MAGNETIC_TILE,
] as const satisfies readonly KnownDataset[];
