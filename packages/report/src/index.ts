export type {
  ComparedDetector,
  ComparedPixels,
  ComparedRun,
  ComparisonData,
  ComparisonGrid,
  GridCell,
  GridRow,
} from './comparison/data';
export type { PaperResult } from './comparison/paper/beside';
export {
  type ComparisonSummary,
  type DatasetSummary,
  type RefusedPair,
  type SummariseOptions,
  summariseComparison,
} from './comparison/summarise';
export { ReportError, type ReportErrorCode } from './error';
export { floatTiff } from './float-tiff';
export type { ImageScore, Measured } from './measured';
export type {
  DefectTypeRow,
  Fact,
  Latent,
  LatentPoint,
  PartGroup,
  PartShare,
  PictureChange,
  PictureChanges,
  ReportData,
  ReportMetrics,
  ReportThresholds,
  RestorationGoal,
  RestorationGoals,
  ScoreComparison,
  StageCourse,
} from './run/data';
export type {
  DifferenceGroup,
  EncodedPicture,
  Gallery,
  GalleryImage,
  GalleryMap,
  GalleryPicture,
  GalleryRow,
  PictureName,
  TrainingNeighbour,
  Verdict,
} from './run/gallery/gallery';
export { renderReport } from './run/render-report';
