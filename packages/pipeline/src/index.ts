export { PipelineError, type PipelineErrorCode } from './errors';
export {
  type EvaluateDetectorOptions,
  type EvaluatedBatch,
  type EvaluationObserver,
  evaluateDetector,
} from './evaluate/evaluate-detector';
export type {
  Areas,
  DefectTypeResult,
  EvaluatedImage,
  Evaluation,
  Interval,
  RepairMeasure,
  RestorationMeasure,
} from './evaluate/evaluation';
export { MeanImage, meanImageAuroc } from './evaluate/mean-image';
export { partLimits } from './evaluate/part-limits';
export type { PipelineEvent, Watch } from './events';
export {
  type Drawable,
  type ImageSource,
  InputImageError,
  type InputImageErrorCode,
  imagesFrom,
  type PixelData,
} from './images-from';
export { METRIC_SIZE, type MetricSize } from './metric-size';
export { OpenedDetector, type OpenOptions, open, type TrainOptions, train } from './open';
export { type ImagePrediction, type PredictImagesOptions, predictImages, scaleRegion } from './predict';
export { type PictureDifference, type PictureGoal, reductionName, Words } from './words';
