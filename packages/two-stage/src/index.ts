export { type TwoStageConfig, twoStageConfig, twoStagePresets } from './config';
export { type TwoStageKindOptions, twoStageKind } from './kind';
export { TwoStage, type TwoStageOptions } from './two-stage';
