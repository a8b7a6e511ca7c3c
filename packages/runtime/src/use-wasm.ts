import * as tf from '@tensorflow/tfjs';
import { BackendUnavailableError, type ChosenBackend } from './backends';
import { correctBackend } from './corrections/corrections';

/** What is used of `@tensorflow/tfjs-backend-wasm`: pass the module itself. */
export interface WasmPackage {
  /** Says where the server has the `.wasm` files: their folder, or a URL for each. */
  setWasmPaths(prefixOrFiles: string | Readonly<Record<string, string>>): void;
  /** Before the backend starts: how many threads it may use. */
  setThreadsCount(count: number): void;
  /** Once the backend has started: how many threads it has. */
  getThreadsCount(): number;
}

/** How {@link useWasm} starts the backend. */
export interface UseWasmOptions {
  /**
   * Where the package's three `.wasm` files are served: the address of their folder, ending in a slash, or that of each
   * by its name. Default beside the bundled script, where bundlers rarely put them.
   */
  readonly paths?: string | Readonly<Record<string, string>>;
  /**
   * Threads at most; default as many as the backend takes where the page is cross-origin isolated, and 1 elsewhere: browsers
   * share memory between threads only there. The backend itself takes no more than half of the processors. With 1 its file
   * without threads is used, whatever the page is.
   */
  readonly threads?: number;
  /** Seconds until a backend that has not started is given up. Default 20. */
  readonly timeout?: number;
}

/** Threads that the package's binary makes room for; one more would wait for ever. */
const MOST_THREADS = 8;

/**
 * Makes the wasm backend the current one in a browser, corrected so that it can train. In a page that is to stay
 * responsive, call it in a worker. In Node `useBackend` of `@utad/runtime/node` does the same, with one thread.
 *
 * @param wasm the module `@tensorflow/tfjs-backend-wasm`, imported by the caller: this package imports no backend.
 * @throws RangeError when `threads` is not a whole number from 1 to 8.
 * @throws BackendUnavailableError when the backend does not start: its files are not where `paths` says, or its threads end,
 *   as they do where a bundler has rewritten the package's script, whose text they are started from.
 *
 * @example
 * import * as wasm from '@tensorflow/tfjs-backend-wasm';
 * await useWasm(wasm, { paths: '/wasm/' });
 */
export async function useWasm(wasm: WasmPackage, options: UseWasmOptions = {}): Promise<ChosenBackend> {
  const isolated = globalThis.crossOriginIsolated === true;
  const { paths, threads = isolated ? processors() : 1, timeout = 20 } = options;
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    throw new RangeError(`useWasm: expected threads from 1 to ${MOST_THREADS}, received ${threads}`);
  }
  if (paths !== undefined) wasm.setWasmPaths(paths);
  wasm.setThreadsCount(threads);
  await start(threads, timeout);
  correctBackend('wasm');
  const running = wasm.getThreadsCount();
  return {
    name: 'wasm',
    version: tf.version.tfjs,
    device: `CPU, ${running} ${running === 1 ? 'thread' : 'threads'}`,
    reason: `wasm of TensorFlow.js ${tf.version.tfjs}${shortage(options.threads, running, isolated)}`,
  };
}

function shortage(asked: number | undefined, running: number, isolated: boolean): string {
  if (!isolated) return ', without threads: the page is not cross-origin isolated';
  return asked !== undefined && asked > running ? `, with ${running} of the ${asked} threads asked for` : '';
}

/** Whether the package uses its file with threads; it asks the browser where nobody has answered. */
const THREADS_FLAG = 'WASM_HAS_MULTITHREAD_SUPPORT';

/** @throws BackendUnavailableError when it does not start in time. */
async function start(threads: number, seconds: number): Promise<void> {
  const flags = tf.env().getFlags();
  const before = flags[THREADS_FLAG];
  // The file with threads starts eight workers, however many it may use.
  if (threads === 1) flags[THREADS_FLAG] = false;
  const watch = new StartWatch(threads, seconds);
  try {
    if (await Promise.race([tf.setBackend('wasm'), watch.failed])) return;
    throw new Error('it did not start; are its .wasm files where paths says?');
  } catch (error) {
    throw new BackendUnavailableError('wasm', error instanceof Error ? error.message : String(error));
  } finally {
    watch.end();
    if (before === undefined) delete flags[THREADS_FLAG];
    else flags[THREADS_FLAG] = before;
  }
}

const WHAT_TO_DO =
  'have the bundler leave @tensorflow/tfjs-backend-wasm as it is (the README of @utad/runtime says how), or ask for 1 thread';

/** Tells of a start that comes to nothing: the package waits for ever for workers that have ended. */
class StartWatch {
  /** Rejects when a worker has ended, or nothing has come in time. */
  readonly failed: Promise<never>;
  readonly #stop = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;

  constructor(threads: number, seconds: number) {
    const { promise, reject } = rejection();
    this.failed = promise;
    const late = `it did not start in ${seconds} s; are its .wasm files where paths says?`;
    const dead = `If they are, its threads did not start: ${WHAT_TO_DO}`;
    this.#timer = setTimeout(
      () => reject(new Error(threads === 1 ? late : `${late} ${dead}`)),
      1000 * seconds,
    );
    // The package throws what its workers complain of, as they do when they are started from a script that was rewritten.
    globalThis.addEventListener?.(
      'error',
      ({ error, message }) => {
        if (!isWorkerError(error)) return;
        reject(new Error(`its threads ended (${error.message || message}): ${WHAT_TO_DO}`));
      },
      { signal: this.#stop.signal },
    );
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#stop.abort();
  }
}

/** What a worker's `onerror` is given: the workers' script is a blob. */
function isWorkerError(error: unknown): error is ErrorEvent {
  return (
    typeof ErrorEvent === 'function' && error instanceof ErrorEvent && error.filename.startsWith('blob:')
  );
}

function rejection(): { promise: Promise<never>; reject: (reason: Error) => void } {
  let reject: (reason: Error) => void = () => undefined;
  const promise = new Promise<never>((_, refuse) => {
    reject = refuse;
  });
  // Whoever does not race with it any more is not to hear of it.
  promise.catch(() => undefined);
  return { promise, reject };
}

function processors(): number {
  return Math.max(1, Math.min(MOST_THREADS, globalThis.navigator?.hardwareConcurrency ?? 1));
}
