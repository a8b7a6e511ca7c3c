export type {
  ComparedDetector,
  ComparedPixels,
  ComparedRun,
  ComparisonData,
  ComparisonGrid,
  GridCell,
  GridRow,
} from './comparison/data';
export { type RenderComparisonOptions, renderComparison } from './comparison/render-comparison';
export { type SummariseOptions, summariseComparison } from './comparison/summary/summarise';
export type {
  CategoryResult,
  ComparisonSummary,
  DatasetSummary,
  MeanDifference,
  MeanResult,
  PairedDifference,
  PaperResult,
  RefusedPair,
  RunResult,
} from './comparison/summary/types';
export { ReportError } from './error';
export { floatTiff } from './pictures/float-tiff';
export { heatmap } from './pictures/heatmap';
export { type OverlayOptions, overlay } from './pictures/overlay';
export type {
  Comparison,
  Fact,
  ImageScore,
  Latent,
  LatentPoint,
  LayerShare,
  Repair,
  ReportData,
  ReportThresholds,
  Restoration,
  StageLosses,
} from './run/data';
export type {
  EncodedPicture,
  Gallery,
  GalleryImage,
  GalleryPicture,
} from './run/gallery/gallery';
export { GalleryBuilder, type GalleryOptions } from './run/gallery/gallery-builder';
export type { GalleryRow, MapGroup, Neighbour } from './run/gallery/gallery-row';
export type { Verdict } from './run/gallery/verdict';
export type { KindResult, Measured, ReportInterval, ReportMetrics } from './run/metrics';
export { renderReport } from './run/render-report';
