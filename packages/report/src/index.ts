export { ReportError } from './error';
export { heatmap } from './pictures/heatmap';
export { type OverlayOptions, overlay } from './pictures/overlay';
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
} from './run/data';
export { renderReport } from './run/render-report';
