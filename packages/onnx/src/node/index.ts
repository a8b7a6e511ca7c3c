export { type FoundOnnxRuntime, findOnnxRuntime, type OnnxRuntimeRequest } from './find-runtime';
