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
export { type LockOptions, type Pin, PinError, PinFile, withLock } from './lock';
export {
  makeFolders,
  replaceFolder,
  type StagedFiles,
  StagedFolder,
  stageFiles,
  writeFileAtomic,
  writeFolder,
} from './write';
