export { type Batch, type BatchOptions, batchCount, readBatches, toImages } from './batches';
export {
  type Checkpoint,
  CheckpointError,
  loadCheckpoint,
  type Progress,
  type StageHistory,
  saveCheckpoint,
} from './checkpoint';
export { DivergedError } from './diverged-error';
export type { EarlyStopping } from './early-stopping';
export type { Losses, TrainingEvent } from './events';
export type { StartingPoint } from './explosion-guard';
export type { Images } from './images';
export { outputsOf, symbolic } from './layers/graph';
export { UpsampleNearest } from './layers/upsample-nearest';
export { ofRank, type TensorOfRank } from './ops/of-rank';
export { type StandardizeOptions, standardize } from './ops/standardize';
export { upsampleNearest } from './ops/upsample-nearest';
export { Optimizer, type OptimizerConfig, type UpdateOptions } from './optimizer';
export { type LearningRateOptions, learningRateFactor, type Schedule } from './schedule';
export { type Stage, type StageLosses, stageWeights, trainableWeights } from './stage';
export type { StageTraining } from './stage-run';
export {
  type CheckpointOptions,
  type StagePlan,
  type TrainingOptions,
  trainStages,
} from './train-stages';
export type { TrivialTerm } from './trivial-terms';
