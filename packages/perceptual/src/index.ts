export { checkImages } from './check-images';
export type { FeatureExtractor, Images } from './extractor';
export { type ManifestOptions, vgg19WeightsFromManifest } from './manifest';
export { kerasPreprocessing, type Preprocessing, torchvisionPreprocessing } from './preprocessing';
export { randomVgg19Weights } from './random-weights';
export { type PerceptualMaps, PerceptualScorer, type PerceptualScorerOptions } from './scorer';
export { Vgg19, type Vgg19Options } from './vgg19';
export { type Vgg19Weights, vgg19Sha256, type WeightTensor, type WeightTensors } from './weights';
export { WeightsError, type WeightsErrorOptions, type WeightsProblem } from './weights-error';
