export {
  type Bundle,
  type BundleDetails,
  type DetectorKind,
  openBundle,
  readBundle,
  readManifest,
  restoreNetworks,
  saveBundle,
} from './bundle';
export { BundleError } from './bundle-error';
export type { BundleManifest } from './bundle-manifest';
export {
  type AnomalyDetector,
  type Asset,
  disposePrediction,
  type FitOptions,
  type FitSummary,
  type Prediction,
  type PredictOptions,
  type Reduction,
} from './detector';
export { type EvaluateOptions, evaluate } from './evaluate';
export type {
  Areas,
  EvaluatedImage,
  Evaluation,
  Interval,
  KindResult,
  Repair,
} from './evaluation/evaluation';
export { type HttpStoreOptions, httpStore } from './http-store';
export { HttpStoreError, type HttpStoreProblem } from './http-store-error';
export { type ImageSource, imagesFrom } from './images-from';
export { InputImageError, type InputImageProblem } from './input-image-error';
export { encodeManifest, MANIFEST_FILE } from './manifest';
export { meanImageAuroc } from './mean-image';
export { METRIC_SIZE } from './metric-size';
export type { Drawable, PixelData } from './pixels';
export type { Restoration } from './restoration';
export { normalizedScore, scoreOf } from './score';
export { fitThresholds, IMAGE_QUANTILE, PIXEL_QUANTILE, type Thresholds } from './thresholds';
