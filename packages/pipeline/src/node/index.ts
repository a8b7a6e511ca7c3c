export { PipelineError, type PipelineErrorCode } from '../errors';
export type { PipelineEvent, Watch } from '../events';
export { type AssetOptions, downloadBackbone, listWeights, weightsFolder } from './assets';
export { type CompareOptions, type ComparisonResult, compare } from './compare';
export type { GridOptions } from './compare-grid';
export type { EvaluatedRun } from './compare-run';
export type { ConfigOptions } from './config';
export {
  type AugmentConfig,
  augmentConfig,
  DATASETS,
  type DataSource,
  type DatasetName,
  type SourceOptions,
  sourceOf,
} from './data';
export { type DemoOptions, type DemoResult, demo } from './demo';
export { BUILT_IN, type DetectorOption, type FoundKind, findDetector, presetOf } from './detectors';
export { type DrawnPhotos, drawOnPhotos, type PhotoOptions } from './draw-on-photos';
export type { ChosenEngine, EngineDevice, EngineOptions } from './engine';
export { type EpochEstimate, IMAGES_PER_EPOCH } from './epochs';
export { type EvaluateOptions, type EvaluationResult, evaluate } from './evaluate';
export type { Metrics } from './evaluate-metrics';
export { type OutputFolders, objectOf, type ScoredItem, type Scores } from './evaluate-outputs';
export { type ExportedRun, type ExportOptions, exportRun } from './export';
export { type FindDatasetOptions, type FoundDataset, findDataset } from './find-dataset';
export { type DistanceOptions, type ImageDistance, imageDistance } from './image-distance';
export { describeMachine, type Machine } from './machine';
export {
  type Apart,
  type ApartOptions,
  type BackendPart,
  type BackendResult,
  backendPartLine,
  backendResult,
  type MeasureOptions,
  measureApart,
  measureBackend,
} from './measure-backend';
export {
  checkRun,
  type FoundRun,
  findRun,
  OpenedRun,
  type OpenOptions,
  open,
  openRun,
} from './open';
export {
  listInputs,
  type PredictingRun,
  type PredictOutputs,
  type PredictRunOptions,
  type PredictSource,
  predict,
} from './predict';
export { type PredictedItem, type PredictInput, predictionsCsv } from './prediction-table';
export { type KnownRun, type RunConfig, RunFolder, type StageSummary, summariseStages } from './run-folder';
export { TrainedRun, type TrainOptions, train } from './train';
