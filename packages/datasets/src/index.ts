export { type AugmentOptions, augmented } from './augment/augmented';
export { DatasetError, type DatasetErrorCode, ImageError } from './errors';
export { CIFAR10_SIZE, type Cifar10Batch, parseCifar10 } from './formats/cifar10';
export {
  type IdxArray,
  type IdxHeader,
  type IdxOptions,
  idxHeaderBytes,
  parseIdx,
  parseIdxHeader,
  parseIdxLabels,
} from './formats/idx';
export {
  classNumber,
  type DatasetFacts,
  type DatasetLicence,
  type DatasetSource,
  type KnownClasses,
  type KnownDataset,
  type KnownTree,
  type TreeImages,
  type TreeLayout,
  type TreeMasks,
} from './known/known-dataset';
export {
  BTAD,
  CIFAR10,
  FASHION_MNIST,
  KNOWN_DATASETS,
  MAGNETIC_TILE,
  MNIST,
  MVTEC_AD,
  VISA,
} from './known/known-datasets';
