export { augmented } from './augment/augmented';
export type { AugmentOptions } from './augment/variation';
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
export { BTAD } from './known/btad';
export { CIFAR10 } from './known/cifar10';
export { classNumber } from './known/class-number';
export { FASHION_MNIST } from './known/fashion-mnist';
export type {
  DatasetFacts,
  DatasetLicence,
  DatasetSource,
  KnownClasses,
  KnownDataset,
  KnownTree,
} from './known/known-dataset';
export { KNOWN_DATASETS } from './known/known-datasets';
export { MAGNETIC_TILE } from './known/magnetic-tile';
export { MNIST } from './known/mnist';
export { MVTEC_AD } from './known/mvtec-ad';
export type { TreeImages, TreeLayout, TreeMasks } from './known/tree-layout';
export { VISA } from './known/visa';
export {
  SYNTHETIC_CATEGORIES,
  SYNTHETIC_DEFECTS,
  SYNTHETIC_PRODUCTS,
  type SyntheticCategory,
  type SyntheticDefect,
  type SyntheticProduct,
} from './synthetic/kinds';
export { PHOTO_DEFECTS, type PhotoDefect } from './synthetic/photo/photo-defects';
export {
  PHOTO_DEFECTS_VERSION,
  type PhotoDefectData,
  type PhotoDefectEntry,
  type PhotoDefectOptions,
  withDefects,
} from './synthetic/photo/with-defects';
export {
  SYNTHETIC_VERSION,
  type SyntheticData,
  type SyntheticEntry,
  type SyntheticOptions,
  type SyntheticSplit,
  synthesize,
} from './synthetic/synthesize';
