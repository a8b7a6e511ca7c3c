export { type Batch, type BatchOptions, batchCount, readBatches, toImages } from './batches';
export type { EarlyStopping } from './best-epoch';
export {
  type Checkpoint,
  CheckpointError,
  type CheckpointErrorCode,
  loadCheckpoint,
  type Progress,
  type StartingPoint,
  saveCheckpoint,
} from './checkpoint';
export { DivergedError } from './guards';
export {
  type LearningRateOptions,
  learningRateFactor,
  Optimizer,
  type OptimizerConfig,
  type Schedule,
  type UpdateOptions,
} from './optimizer';
export {
  type GroupedStage,
  type LossTensors,
  type Stage,
  stageWeights,
  type TrivialTerm,
  trainableWeights,
  type WeightGroup,
} from './stage';
export type { GroupTraining, StageTraining } from './stage-run';
export {
  type ConfiguredStage,
  type TrainingOptions,
  trainStages,
} from './train-stages';
