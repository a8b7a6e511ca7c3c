export { SyntheticError, type SyntheticErrorCode } from './options';
export {
  PHOTO_DEFECTS,
  PHOTO_DEFECTS_VERSION,
  type PhotoDefect,
  type PhotoDefectData,
  type PhotoDefectEntry,
  type PhotoDefectOptions,
  withDefects,
} from './photo/with-defects';
export {
  SYNTHETIC_CATEGORIES,
  SYNTHETIC_DEFECTS,
  SYNTHETIC_PRODUCTS,
  type SyntheticCategory,
  type SyntheticDefect,
  type SyntheticProduct,
} from './products';
export {
  SYNTHETIC_VERSION,
  type SyntheticData,
  type SyntheticEntry,
  type SyntheticOptions,
  type SyntheticSplit,
  synthesize,
} from './synthesize';
