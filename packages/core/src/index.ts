export { type Dataset, everyIndex, holdOut, type ImageRecord, subset } from './dataset';
export { type FileStore, memoryStore } from './file-store';
export type { ImageBatch, Size, TensorData } from './images';
export { deriveSeed, permutation, uniformSource } from './random';
export { repeatGrey, resizeNearest } from './resize';
