export {
  BACKEND_PREFERENCE,
  type BackendName,
  type BackendStatus,
  BackendUnavailableError,
  type ChosenBackend,
  isBackendName,
} from './backends';
export { correctBackend, uncorrectBackend } from './corrections/correct-backend';
export type { Correction, Defect } from './corrections/correction';
export { CORRECTIONS } from './corrections/corrections';
export { type UseWasmOptions, useWasm, type WasmPackage } from './wasm/use-wasm';
export { WebGpuDeviceError, WebGpuLimitError, WebGpuSyncReadError } from './webgpu/errors';
export { guardWebGpu } from './webgpu/guard';
