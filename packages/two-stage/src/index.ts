export { type TwoStageConfig, twoStageConfig, twoStagePresets } from './config';
export { twoStageKind } from './kind';
export { TwoStage, type TwoStageOptions } from './two-stage';
