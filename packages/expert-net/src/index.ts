export { type ExpertNetConfig, type ExpertNetLossConfig, expertNetPresets } from './config';
export { meanAbsoluteError } from './losses';
export { ExpertNet } from './network';
export { type ExpertNetInputs, expertNetStage } from './stage';
