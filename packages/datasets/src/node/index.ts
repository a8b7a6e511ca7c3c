export { type CheckOptions, checkDataset } from './check/check-dataset';
export type { DatasetReport, DefectTypeCount, Finding, FindingCode } from './check/report';
export { type ContactSheet, type ContactSheetOptions, contactSheet } from './contact-sheet/contact-sheet';
export {
  type DecodedImage,
  type DecodeOptions,
  decodeImage,
  decodeMask,
  type FileImage,
  type ReadImageOptions,
  readImage,
  resizePixels,
} from './decoding/decode';
export type { MaskReading } from './decoding/read-mask';
export { type WhiteLevelReport, whiteLevelSentences } from './decoding/white-level';
export { type ImageLimits, readImageFile } from './decoding/with-image';
export {
  type DownloadEvent,
  type DownloadOptions,
  FetchError,
  type FetchErrorCode,
  type FetchErrorOptions,
  type FetchEvent,
  type FetchedFile,
  type FetchedRecord,
  fetchedId,
} from './fetch/events';
export { ArchiveError, type ArchiveErrorCode, type ArchiveLimits } from './fetch/extract/budget';
export { type ArchiveKind, type ExtractOptions, extractArchive } from './fetch/extract/extract';
export {
  type FetchDatasetOptions,
  type FetchedDataset,
  fetchDataset,
} from './fetch/fetch-dataset';
export { type FolderOptions, type FolderRoles, folder, folderEntries } from './folder';
export { type ManifestOptions, manifest, manifestEntries } from './manifest/manifest';
export type { OneClassData, OneClassEntry, OneClassOptions } from './one-class/open-classes';
export { type DatasetLocation, openDataset } from './open-dataset';
export { type ForeignImages, withoutOwnOutputs } from './own-outputs';
export { imagePaths } from './paths';
export type { CacheReport } from './pipeline/cache/open-caches';
export type { ImageEntry } from './pipeline/image-entry';
export { lossSentences, type MaskReport, readingSentences } from './pipeline/mask-report';
export { type FileDataset, openFiles, type ReadOptions } from './pipeline/open-files';
export type { FoundEntries, SplitDataset, SplitReadOptions } from './splits/open-split';
export { dividedBy, expectDisjoint, type SplitEntries } from './splits/open-split';
export {
  DEFAULT_SHARES,
  readSplits,
  type Split,
  type SplitOptions,
  type SplitShares,
  type Splits,
  splitBySeed,
  writeSplits,
} from './splits/splits';
export { type TreeDescription, type TreeOptions, treeCategories } from './tree/open-tree';
