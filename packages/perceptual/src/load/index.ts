export { featureScale } from './feature-scale';
export {
  type FetchVgg19Options,
  fetchVgg19Weights,
  type Vgg19Source,
  vgg19Sources,
} from './fetch-vgg19-weights';
export { type Vgg19ManifestOptions, vgg19WeightsFromManifest } from './manifest';
export {
  type ByteSource,
  channelWeightsFromSafetensors,
  type EncodeOptions,
  encodeVgg19Weights,
  type SafetensorsOptions,
  vgg19WeightsFromSafetensors,
} from './safetensors';
