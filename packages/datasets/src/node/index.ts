export { type DecodedImage, decodeImage, decodeMask } from './decode';
export type { FileDataset, ImageEntry, ReadOptions } from './file-dataset';
export { type FolderOptions, folder } from './folder';
export { imagePaths } from './image-paths';
export { type MvtecOptions, mvtec, mvtecCategories } from './mvtec';
export { type WriteSyntheticOptions, writeSynthetic } from './write-synthetic';
