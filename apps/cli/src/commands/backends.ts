import type { BackendName } from '@utad/runtime';

/** The names that `--backend` takes; written out here so that help needs no TensorFlow. */
export const BACKENDS = [
  'tfjs-node-gpu',
  'webgpu',
  'tfjs-node',
  'wasm',
  'cpu',
] as const satisfies readonly BackendName[];
