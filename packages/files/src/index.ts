export { type Hashed, sha256, sha256Bytes } from './hash';
export { fetchRanges, memoryPart, type Part, type RemoteFile } from './http/ranges';
export {
  type ByteRange,
  HttpError,
  type HttpErrorCode,
  type HttpEvent,
  type HttpOptions,
  withoutQuery,
} from './http/request';
export { type HttpStoreOptions, httpStore } from './http-store';
export {
  type ByteSource,
  decodeSafetensor,
  decodeSafetensors,
  encodeSafetensors,
  parseSafetensorsHeader,
  readBytes,
  readSafetensorsHeader,
  SAFETENSORS_LENGTH_BYTES,
  SafetensorsError,
  type SafetensorsErrorCode,
  type SafetensorsHeader,
  type StoredTensor,
  safetensorsBytes,
  safetensorsHeaderEnd,
} from './safetensors';
