export { type AuproOptions, aupro } from './aupro';
export { averagePrecision } from './average-precision';
export { type BestF1, bestF1 } from './best-f1';
export { type BestIou, bestIou } from './best-iou';
export {
  bootstrapDifference,
  bootstrapInterval,
  bootstrapValues,
  differenceOfValues,
  type ScoreMetric,
} from './bootstrap';
export {
  type CompareRocAucOptions,
  compareRocAuc,
  type RocAucComparison,
  type RocAucTest,
} from './compare-roc-auc';
export { type CompareRunsOptions, compareRuns } from './comparison/compare-runs';
export type {
  CategoryResult,
  DatasetResults,
  MeanDifference,
  MeanResult,
  NotDefined,
  PairedDifference,
  PairingProblem,
  ResultInterval,
  RunMetric,
  RunResult,
  ScoredRun,
  UnpairedRuns,
} from './comparison/results';
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
export { holmCorrection } from './holm';
export {
  type BootstrapOptions,
  type BootstrapValues,
  type ConfidenceInterval,
  type IntervalMethod,
  intervalOfValues,
} from './interval';
export { iou } from './iou';
export { iouAt } from './iou-at';
export { type IouPerImage, iouPerImageAt } from './iou-per-image-at';
export { mean, sampleDeviation } from './mean-and-deviation';
export { type MinMax, minMax } from './min-max';
export type { PixelCurves } from './pixels/curves';
export { type CurvesOptions, PixelAccumulator } from './pixels/pixel-accumulator';
export { type PrecisionRecallCurve, precisionRecallCurve } from './precision-recall-curve';
export { type ProCurve, proCurve } from './pro-curve';
export { quantile } from './quantile';
export { type QuantileExceedance, quantileExceedance } from './quantile-exceedance';
export { regionsAt } from './regions-at';
export { rocAuc } from './roc-auc';
export { type RocCurve, rocCurve } from './roc-curve';
export { signedRankTest } from './signed-rank';
