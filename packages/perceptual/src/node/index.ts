export { type ByteSource, vgg19WeightsFromSafetensors } from '../load/from-safetensors';
export { bundledVgg19Weights } from './bundled-weights';
export {
  type DownloadedVgg19,
  type DownloadVgg19Options,
  downloadVgg19Weights,
} from './cache/download';
export type { CachedWeights } from './cache/entry';
export { type CacheEntry, findVgg19InCache, verifyVgg19Cache } from './cache/read-cached';
export { readChannelWeights } from './read-channel-weights';
export { readVgg19Weights } from './read-vgg19-weights';
