export { LayersModelFeatures, type LayersModelFeaturesOptions } from './layers-model-features';
