export {
  type Addition,
  type Backbone,
  type BackboneStep,
  type Convolution,
  type MaxPooling,
  type SelectedLayers,
  selectLayers,
  stepInputs,
  totalStride,
  type WeightsSource,
} from './backbone';
export { backbones } from './backbones/backbones';
export { type ResidualNetwork, residualSteps } from './backbones/residual';
export { resnet18 } from './backbones/resnet18';
export { vgg19 } from './backbones/vgg19';
export { wideResnet50 } from './backbones/wide-resnet50';
export type { FeatureExtractor, FeatureMap } from './extractor';
export { featureScale } from './feature-scale';
export { type FetchWeightsOptions, fetchWeights } from './fetch-weights';
export { weightsFromManifest } from './manifest';
export { kerasPreprocessing, type Preprocessing, torchvisionPreprocessing } from './preprocessing';
export { randomWeights } from './random-weights';
export { type EncodeOptions, encodeWeights, weightsFromSafetensors } from './safetensors';
export {
  type BackboneWeights,
  isWeightsOf,
  type WeightsOptions,
  type WeightTensor,
  type WeightTensors,
  weightsSha256,
  weightTensor,
} from './weights';
export { listed, WeightsError, type WeightsErrorCode, type WeightsErrorOptions } from './weights-error';
