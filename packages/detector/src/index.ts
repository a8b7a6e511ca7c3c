export {
  type Bundle,
  type BundleDetails,
  type OpenBundleOptions,
  openBundle,
  readBundle,
  readManifest,
  restoreDetector,
  saveBundle,
} from './bundle';
export { BundleError, type BundleErrorCode } from './bundle-error';
export { type BundleStoreOptions, bundleStore } from './bundle-store';
export type {
  AnomalyDetector,
  Asset,
  CodeBatch,
  FitOptions,
  FitSummary,
  MapBatch,
  Prediction,
  PredictOptions,
  Reduction,
  Wanted,
} from './detector';
export type { Description, DetectorContext, DetectorDescription, DetectorKind, Engine } from './kind';
export {
  type BundleManifest,
  encodeManifest,
  type ImagePreprocessing,
  MANIFEST_FILE,
  parseManifest,
} from './manifest';
export { expectImageSize, ImageSizeError, predictWhole, type WholePrediction } from './predict-whole';
export { reduceMaps } from './reduce';
export { type Roi, RoiDetector, withRoi } from './roi';
export { normalizedScore } from './score';
export { StateError, stateTensor } from './state';
export {
  type FitThresholdsOptions,
  fitThresholds,
  IMAGE_QUANTILE,
  PIXEL_QUANTILE,
  type Thresholds,
} from './thresholds';
