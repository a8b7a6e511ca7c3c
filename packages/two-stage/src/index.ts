export { type TwoStageConfig, twoStageConfig, twoStagePresets } from './config';
export { type TwoStageKindOptions, twoStageKind } from './kind';
export { type LoadedTwoStage, type LoadOptions, load } from './load';
export { TwoStage, type TwoStageOptions } from './two-stage';
