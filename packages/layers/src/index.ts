export { BatchNorm, type BatchNormOptions } from './batch-norm';
export { AdaIn, adaIn, InstanceNorm, instanceNorm } from './instance-norm';
export { LayerNorm, layerNorm } from './layer-norm';
export { type StandardizeOptions, standardize } from './standardize';
export { type Images, ofRank, outputsOf, symbolic, type TensorOfRank } from './tensors';
export { UpsampleNearest, upsampleNearest } from './upsample-nearest';
