export {
  BACKEND_PREFERENCE,
  type BackendName,
  type BackendStatus,
  BackendUnavailableError,
  type ChosenBackend,
  isBackendName,
} from './backends';
export { correctCpuResizeGradient } from './cpu-resize-gradient';
