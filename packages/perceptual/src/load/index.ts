export type { FetchEvent, HttpOptions } from '../http/events';
export { type ManifestOptions, vgg19WeightsFromManifest } from '../manifest';
export { type EncodeOptions, encodeVgg19Weights } from '../safetensors/encode';
export type { SafetensorsOptions } from '../safetensors/plan';
export { channelWeightsFromSafetensors } from './channel-weights';
export { featureScale } from './feature-scale';
export { type FetchVgg19Options, fetchVgg19Weights } from './fetch-vgg19-weights';
export { type ByteSource, vgg19WeightsFromSafetensors } from './from-safetensors';
export { type Vgg19Source, vgg19Sources } from './sources';
