export { checkImages, type FeatureExtractor } from './extractor';
export { PerceptualReference } from './perceptual-reference';
export { kerasPreprocessing, type Preprocessing, torchvisionPreprocessing } from './preprocessing';
export { randomVgg19Weights } from './random-weights';
export {
  type Difference,
  type PerceptualMaps,
  PerceptualScorer,
  type PerceptualScorerOptions,
} from './scorer';
export { Vgg19, type Vgg19Options } from './vgg19';
export { type Vgg19Weights, vgg19Sha256, type WeightTensor, type WeightTensors } from './weights';
export { WeightsError, type WeightsErrorCode, type WeightsErrorOptions } from './weights-error';
