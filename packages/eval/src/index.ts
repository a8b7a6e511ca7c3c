export { type BestIou, bestIou } from './best-iou';
export { MetricError, type MetricErrorCode } from './error';
export { iou } from './iou';
export { iouAt } from './iou-at';
export { type MinMax, minMax } from './min-max';
export { quantile } from './quantile';
export { rocAuc } from './roc-auc';
export { type RocCurve, rocCurve } from './roc-curve';
