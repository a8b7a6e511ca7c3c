export {
  BACKEND_PREFERENCE,
  type BackendName,
  type BackendStatus,
  BackendUnavailableError,
  type ChosenBackend,
  isBackendName,
} from './backends';
export type { Correction, Defect } from './corrections/correction';
export { CORRECTIONS, correctBackend, uncorrectBackend } from './corrections/corrections';
export { type UseWasmOptions, useWasm, type WasmPackage } from './use-wasm';
export { guardWebGpu, WebGpuDeviceError, WebGpuLimitError, WebGpuSyncReadError } from './webgpu';
