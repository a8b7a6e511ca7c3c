export { type BlockConfig, fast, type IeNetConfig, type IeNetLossConfig, paper, small } from './config';
export { type Encoding, IeNet } from './ie-net';
export { BatchNorm, type BatchNormOptions } from './layers/batch-norm';
export { klDivergence, mutualInformationLoss, reconstructionLoss } from './losses';
export { type IeNetInputs, ieNetStage } from './stage';
