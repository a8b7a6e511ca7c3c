export type {
  Comparison,
  GalleryRow,
  ImageScore,
  LayerShare,
  Measured,
  ReportData,
  ReportMetrics,
  ReportThresholds,
  Restoration,
  Size,
  StageLosses,
} from './data';
export { ReportError } from './error';
export { heatmap } from './heatmap';
export { type OverlayOptions, overlay } from './overlay';
export { renderReport } from './render-report';
