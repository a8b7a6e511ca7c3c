export { type CheckOptions, checkDataset } from './check/check-dataset';
export type { PlacedDataset } from './check/placed-dataset';
export type { DatasetReport, Finding, FindingKind, KindCount } from './check/report';
export { type ContactSheet, type ContactSheetOptions, contactSheet } from './contact-sheet/contact-sheet';
export { type DecodedImage, decodeImage, decodeMask } from './decoding/decode';
export type { ImageLimits } from './decoding/limits';
export { type PixelLayout, resizePixels } from './decoding/resize-pixels';
export type { DownloadOptions, FetchEvent } from './fetch/events';
export { ArchiveError, type ArchiveProblem } from './fetch/extract/archive-error';
export type { ArchiveLimits } from './fetch/extract/budget';
export { type ArchiveKind, type ExtractOptions, extractArchive } from './fetch/extract/extract';
export {
  type FetchDatasetOptions,
  type FetchedDataset,
  fetchDataset,
} from './fetch/fetch-dataset';
export { FetchError, type FetchErrorOptions, type FetchProblem } from './fetch/fetch-error';
export { type FetchedFile, type FetchedRecord, fetchedId } from './fetch/record';
export { type FolderOptions, folder, folderEntries } from './folder';
export { imagePaths } from './image-paths';
export { type ManifestOptions, manifest, manifestEntries } from './manifest/manifest';
export { type MvtecOptions, mvtec, mvtecCategories } from './mvtec';
export { cifar10, fashionMnist, mnist } from './one-class/named';
export {
  type OneClassData,
  type OneClassEntry,
  type OneClassOptions,
  openClasses,
} from './one-class/open-classes';
export type { CacheReport } from './pipeline/cache/open-caches';
export type { ImageEntry } from './pipeline/image-entry';
export { type FileDataset, openFiles } from './pipeline/open-files';
export type { ReadOptions } from './pipeline/read-options';
export { dividedBy, type SplitEntries } from './splits/divide';
export { expectDisjoint } from './splits/duplicates';
export type { FoundEntries, SplitDataset, SplitReadOptions } from './splits/open-split';
export {
  DEFAULT_SHARES,
  type Split,
  type SplitOptions,
  type SplitShares,
  type Splits,
  splitBySeed,
} from './splits/splits';
export { readSplits, writeSplits } from './splits/splits-file';
export { openTree, type TreeOptions, treeCategories } from './tree/open-tree';
export { type WritePhotoDefectsOptions, writePhotoDefects } from './write-photo-defects';
export { type WriteSyntheticOptions, writeSynthetic } from './write-synthetic';
