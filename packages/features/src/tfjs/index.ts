export { LayersModelFeatures, type LayersModelFeaturesOptions } from './layers-model-features';
export type { TensorFeatureExtractor } from './tensor-features';
export { TfjsBackbone, type TfjsBackboneOptions } from './tfjs-backbone';
