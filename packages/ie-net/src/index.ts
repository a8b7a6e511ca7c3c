export { type BlockConfig, type IeNetConfig, type IeNetLossConfig, ieNetPresets } from './config';
export { klDivergence, mutualInformationLoss, reconstructionLoss } from './losses';
export { type Encoding, IeNet } from './network';
export { type IeNetInputs, ieNetStage } from './stage';
