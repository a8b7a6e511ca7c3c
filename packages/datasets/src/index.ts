export { DatasetError, type DatasetErrorCode, ImageError } from './errors';
export {
  SYNTHETIC_CATEGORIES,
  SYNTHETIC_DEFECTS,
  type SyntheticCategory,
  type SyntheticDefect,
} from './synthetic/kinds';
export {
  SYNTHETIC_VERSION,
  type SyntheticData,
  type SyntheticEntry,
  type SyntheticOptions,
  synthesize,
} from './synthetic/synthesize';
