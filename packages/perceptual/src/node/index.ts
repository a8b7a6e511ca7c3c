export { type ByteSource, vgg19WeightsFromSafetensors } from '../load/safetensors';
export { bundledVgg19Weights } from './bundled-weights';
export {
  type CachedWeights,
  type CacheEntry,
  type DownloadedVgg19,
  type DownloadVgg19Options,
  downloadVgg19Weights,
  findVgg19InCache,
  verifyVgg19Cache,
} from './cache';
export { readChannelWeights, readVgg19Weights } from './read-vgg19-weights';
