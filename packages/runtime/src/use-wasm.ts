import * as tf from '@tensorflow/tfjs';
import { BackendUnavailableError, type ChosenBackend } from './backends';
import { correctBackend } from './corrections/corrections';

/** What is used of `@tensorflow/tfjs-backend-wasm`: pass the module itself. */
export interface WasmPackage {
  /** Says where the server has the `.wasm` files: their folder, or a URL for each. */
  setWasmPaths(prefixOrFiles: string | Readonly<Record<string, string>>): void;
  /** Before the backend starts: how many threads it may use. */
  setThreadsCount(count: number): void;
}

/** How {@link useWasm} starts the backend. */
export interface UseWasmOptions {
  /**
   * Where the package's three `.wasm` files are served: the address of their folder, ending in a slash, or that of each
   * by its name. Default beside the bundled script, where bundlers rarely put them.
   */
  readonly paths?: string | Readonly<Record<string, string>>;
  /**
   * Threads; default every processor of the machine, up to 8, where the page is cross-origin isolated, and 1 elsewhere:
   * browsers share memory between threads only there.
   */
  readonly threads?: number;
}

/** Threads that the package's binary makes room for; one more would wait for ever. */
const MOST_THREADS = 8;

/**
 * Makes the wasm backend the current one in a browser, corrected so that it can train. In a page that is to stay
 * responsive, call it in a worker. In Node `useBackend` of `@utad/runtime/node` does the same, with one thread.
 *
 * @param wasm the module `@tensorflow/tfjs-backend-wasm`, imported by the caller: this package imports no backend.
 * @throws RangeError when `threads` is not a whole number from 1 to 8.
 * @throws BackendUnavailableError when the backend does not start, as when its files are not where `paths` says.
 *
 * @example
 * import * as wasm from '@tensorflow/tfjs-backend-wasm';
 * await useWasm(wasm, { paths: '/wasm/' });
 */
export async function useWasm(wasm: WasmPackage, options: UseWasmOptions = {}): Promise<ChosenBackend> {
  const isolated = globalThis.crossOriginIsolated === true;
  const { paths, threads = isolated ? processors() : 1 } = options;
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    throw new RangeError(`useWasm: expected threads from 1 to ${MOST_THREADS}, received ${threads}`);
  }
  if (paths !== undefined) wasm.setWasmPaths(paths);
  wasm.setThreadsCount(threads);
  let started: boolean;
  try {
    started = await tf.setBackend('wasm');
  } catch (error) {
    throw new BackendUnavailableError('wasm', error instanceof Error ? error.message : String(error));
  }
  if (!started)
    throw new BackendUnavailableError('wasm', 'it did not start; are its .wasm files where paths says?');
  correctBackend('wasm');
  const running = isolated ? threads : 1;
  return {
    name: 'wasm',
    version: tf.version.tfjs,
    device: `CPU, ${running} ${running === 1 ? 'thread' : 'threads'}`,
    reason: `wasm of TensorFlow.js ${tf.version.tfjs}${isolated ? '' : ', without threads: the page is not cross-origin isolated'}`,
  };
}

function processors(): number {
  return Math.max(1, Math.min(MOST_THREADS, globalThis.navigator?.hardwareConcurrency ?? 1));
}
