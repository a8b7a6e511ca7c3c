export { imageBatch, type ReadImagesOptions, type RecordBatch, readImages, sliceOf } from './batches';
export {
  type Dataset,
  everyIndex,
  holdOut,
  type ImageBatch,
  type ImageRecord,
  type Size,
  subset,
  type TensorData,
} from './dataset';
export { type FileStore, memoryStore } from './file-store';
export {
  deriveSeed,
  permutation,
  type RandomStream,
  randomStream,
  shuffledIndices,
  uniformSource,
} from './random-stream';
export { type PixelLayout, repeatGrey, resizeBilinear, resizeImage, resizeNearest } from './resize';
export type { CheckpointOptions, Losses, StageHistory, TrainingEvent } from './training-events';
