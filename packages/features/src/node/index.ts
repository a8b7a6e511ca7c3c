export { bundledVgg19Weights } from './bundled-weights';
export {
  type CachedWeights,
  type CacheEntry,
  type DownloadedWeights,
  type DownloadWeightsOptions,
  downloadWeights,
  findCachedWeights,
  verifyWeightsCache,
} from './cache';
export { readWeights, withWeightsFile } from './read-weights';
