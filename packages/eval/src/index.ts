export { type AuproOptions, aupro } from './aupro';
export { averagePrecision } from './average-precision';
export { type BestF1, bestF1 } from './best-f1';
export { type BestIou, bestIou } from './best-iou';
export { bootstrapDifference } from './bootstrap-difference';
export { bootstrapInterval, type ScoreMetric } from './bootstrap-interval';
export { bootstrapValues, differenceOfValues, intervalOfValues } from './bootstrap-values';
export {
  type CompareRocAucOptions,
  compareRocAuc,
  type RocAucComparison,
  type RocAucTest,
} from './compare-roc-auc';
export { type Confusion, confusionAt } from './confusion-at';
export {
  type Box,
  type ConnectedRegions,
  connectedRegions,
  type Region,
  type ScoredRegion,
} from './connected-regions';
export { MetricError, type MetricErrorCode } from './error';
export { f1At } from './f1-at';
export type { BootstrapOptions, BootstrapValues, ConfidenceInterval, IntervalMethod } from './interval';
export { iou } from './iou';
export { iouAt } from './iou-at';
export { type IouPerImage, iouPerImageAt } from './iou-per-image-at';
export { type MinMax, minMax } from './min-max';
export type { PixelCurves } from './pixels/curves';
export { type CurvesOptions, PixelAccumulator } from './pixels/pixel-accumulator';
export { type PrecisionRecallCurve, precisionRecallCurve } from './precision-recall-curve';
export { type ProCurve, proCurve } from './pro-curve';
export { quantile } from './quantile';
export { regionsAt } from './regions-at';
export { rocAuc } from './roc-auc';
export { type RocCurve, rocCurve } from './roc-curve';
