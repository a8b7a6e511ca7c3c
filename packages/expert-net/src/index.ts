export { type ExpertNetConfig, type ExpertNetLossConfig, fast, paper, small } from './config';
export { ExpertNet } from './expert-net';
export { AdaIn, adaIn } from './layers/adain';
export { InstanceNorm, instanceNorm } from './layers/instance-norm';
export { LayerNorm, layerNorm } from './layers/layer-norm';
export { meanAbsoluteError } from './losses';
export { type ExpertNetInputs, expertNetStage } from './stage';
