export { type DownloadFileOptions, downloadFile, PartFile } from './download';
export {
  dropTornLine,
  entryType,
  type FileHash,
  hashFile,
  isSystemError,
  removeFolder,
  removeLeftovers,
  userCacheFolder,
} from './entries';
export { folderStore } from './folder-store';
export { holdLock, LockedError, type LockHolder, withExclusive } from './hold-lock';
export { type LockOptions, type Pin, PinError, PinFile, withLock } from './lock';
export {
  expectPlainFile,
  FileError,
  type FileErrorCode,
  InputFiles,
  readPlainFile,
  writtenPath,
} from './plain-file';
export {
  makeFolders,
  replaceFolder,
  type StagedFiles,
  StagedFolder,
  stageFiles,
  writeFileAtomic,
  writeFolder,
} from './write';
