/** A way to run TensorFlow.js that this package can choose. */
export type BackendName = 'tfjs-node-gpu' | 'webgpu' | 'tfjs-node' | 'wasm' | 'cpu';

/** Every backend, the most wanted first. */
export const BACKEND_PREFERENCE: readonly BackendName[] = [
  'tfjs-node-gpu',
  'webgpu',
  'tfjs-node',
  'wasm',
  'cpu',
];

/** Whether a word, from a command line say, names a backend. */
export function isBackendName(word: string): word is BackendName {
  return BACKEND_PREFERENCE.some((name) => name === word);
}

/** The backend in use, and why it is this one. */
export interface ChosenBackend {
  /** As it is asked for by name; `tf.getBackend()` calls both native ones `tensorflow`. */
  readonly name: BackendName;
  /** Version of TensorFlow for the native backends, of TensorFlow.js for the others. */
  readonly version: string;
  /** What computes, in words: `'CPU, 2 threads'`. */
  readonly device: string;
  /** One line that says which backend this is and why: `'tfjs-node on TensorFlow 2.21.0 (user cache)'`. */
  readonly reason: string;
}

/** What one backend is on this machine. */
export interface BackendStatus {
  /** The backend that this is about. */
  readonly name: BackendName;
  /** Whether it can be used here. */
  readonly available: boolean;
  /** One line: where it comes from, or why it cannot be used. */
  readonly reason: string;
  /** Absent where the backend is not available. */
  readonly version?: string;
}

/** An asked-for backend cannot be used. It is never replaced by another one. */
export class BackendUnavailableError extends Error {
  override readonly name = 'BackendUnavailableError';
  /** What went wrong, for programs. */
  readonly code = 'backend-unavailable';

  constructor(
    /** The one asked for. */
    readonly backend: BackendName,
    /** Why it cannot be used, in one line. */
    readonly reason: string,
  ) {
    super(`backend ${backend} cannot be used: ${reason}`);
  }
}
