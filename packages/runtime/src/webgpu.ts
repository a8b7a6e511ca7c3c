import * as tf from '@tensorflow/tfjs';
import { hasMethods, property } from './checks';

/** What is used here of a WebGPU device, as https://www.w3.org/TR/webgpu/ has it. */
export interface GpuDevice {
  readonly limits: object;
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  pushErrorScope(filter: GpuErrorKind): void;
  popErrorScope(): Promise<{ readonly message: string } | null>;
  destroy(): void;
}

/** The kinds of error that a device tells apart, in the order in which scopes are opened for them. */
const GPU_ERROR_KINDS = ['validation', 'out-of-memory', 'internal'] as const;
type GpuErrorKind = (typeof GPU_ERROR_KINDS)[number];

export function isGpuDevice(value: unknown): value is GpuDevice {
  return (
    hasMethods(value, ['pushErrorScope', 'popErrorScope', 'destroy']) &&
    typeof Reflect.get(value, 'limits') === 'object' &&
    Reflect.get(value, 'lost') instanceof Promise
  );
}

/** A device's limit; those that this adapter does not have count as none. */
export function limitOf(limits: object, name: string): number {
  const limit: unknown = Reflect.get(limits, name);
  return typeof limit === 'number' ? limit : 0;
}

/** More was asked of a WebGPU device than one of its limits allows. Nothing was computed; the device is still good. */
export class WebGpuLimitError extends Error {
  override readonly name = 'WebGpuLimitError';
  /** What went wrong, for programs. */
  readonly code = 'webgpu-limit';

  constructor(
    /** The limit, as WebGPU names it: `'maxBufferSize'`. */
    readonly limit: string,
    /** What would be needed, in the unit of the limit. */
    readonly required: number,
    /** What the device has. */
    readonly available: number,
    /** What needs it: `'one tensor'`. */
    readonly what: string,
  ) {
    super(`webgpu: expected ${limit} of at least ${required} for ${what}, this device has ${available}`);
  }
}

/**
 * A WebGPU device failed, so that what it has computed since the last value read cannot be trusted. Every later
 * operation of the same backend throws the same error; `useBackend` starts a new device.
 */
export class WebGpuDeviceError extends Error {
  override readonly name = 'WebGpuDeviceError';
  /** What went wrong, for programs. */
  readonly code = 'webgpu-device';

  constructor(
    /** `'lost'`: the device is gone, by a crash of its driver or because it was taken away. */
    readonly kind: GpuErrorKind | 'lost',
    /** What the device said. */
    readonly reason: string,
  ) {
    super(
      kind === 'lost'
        ? `webgpu: the device was lost: ${reason}`
        : `webgpu: the device reported an error (${kind}): ${reason}`,
    );
  }
}

/** A tensor on a WebGPU device was read synchronously where only `data()` and `array()` can wait for it. */
export class WebGpuSyncReadError extends Error {
  override readonly name = 'WebGpuSyncReadError';
  /** What went wrong, for programs. */
  readonly code = 'webgpu-sync-read';

  constructor() {
    super(
      'webgpu: expected data() or array(), received a synchronous read of a tensor on the device: Node cannot wait for it',
    );
  }
}

/** How long a device may take to say that it was lost, once reading from it has failed; milliseconds. */
const LOSS_DELAY = 2000;

const guarded = new WeakMap<object, () => WebGpuDeviceError | undefined>();

type Method = (...args: unknown[]) => unknown;

function wrap(target: object, name: string, make: (original: Method) => Method): void {
  const original: unknown = Reflect.get(target, name);
  if (typeof original !== 'function') throw new Error(`webgpu: expected a backend with ${name}, found none`);
  const method = make((...args) => Reflect.apply(original, target, args));
  Object.defineProperty(target, name, { value: method, configurable: true, writable: true });
}

/**
 * Makes a WebGPU backend of TensorFlow.js fail where it would otherwise go on with wrong numbers. Left alone, it
 * answers a tensor that its device could not allocate, or a program that the device refused, with zeros or with
 * what a buffer held before, and tells the console at most.
 *
 * - A tensor larger than the device allows throws {@link WebGpuLimitError} when it is made.
 * - What the device reports (out of memory, refused programs) and its loss reject the next `data()` or `array()` with
 *   {@link WebGpuDeviceError}, and every later operation throws it: a value that could be read was computed rightly.
 * - Where there is no `OffscreenCanvas`, as in Node, `dataSync()` throws {@link WebGpuSyncReadError}.
 *
 * Disposing of the backend, by `tf.removeBackend('webgpu')`, also destroys its device. Guarding again does nothing.
 * A synchronous read, in a browser, sees only failures found by earlier asynchronous ones.
 *
 * @param backend the registered WebGPU backend; default the one registered as `webgpu`.
 * @throws Error where it is no WebGPU backend.
 *
 * @example
 * import '@tensorflow/tfjs-backend-webgpu';
 * await tf.setBackend('webgpu');
 * guardWebGpu();
 */
export function guardWebGpu(backend: unknown = tf.findBackend('webgpu')): void {
  const device = property(backend, 'device');
  if (!hasMethods(backend, ['read']) || !isGpuDevice(device)) {
    throw new Error('guardWebGpu: expected a WebGPU backend that has started, found none');
  }
  if (guarded.has(backend)) return;
  const watch = watchDevice(device);
  guarded.set(backend, watch.failure);

  wrap(backend, 'runWebGPUProgram', (original) => (...args) => {
    watch.check();
    watch.used();
    return original(...args);
  });
  wrap(backend, 'read', (original) => async (...args) => {
    watch.check();
    let values: unknown;
    try {
      values = await original(...args);
    } catch (error) {
      await watch.settle();
      watch.check();
      throw error;
    }
    await watch.inspect();
    watch.check();
    return values;
  });
  wrap(backend, 'readSync', (original) => (...args) => {
    watch.check();
    if (typeof OffscreenCanvas === 'undefined' && isOnDevice(backend, args[0]))
      throw new WebGpuSyncReadError();
    return original(...args);
  });
  wrap(backend, 'dispose', (original) => () => {
    watch.stop();
    const result = original();
    device.destroy();
    return result;
  });
  const buffers: unknown = Reflect.get(backend, 'bufferManager');
  if (!hasMethods(buffers, ['acquireBuffer'])) {
    throw new Error('webgpu: expected a backend with a bufferManager, found none');
  }
  wrap(buffers, 'acquireBuffer', (original) => (...args) => {
    watch.check();
    watch.used();
    checkSize(device, args[0]);
    return original(...args);
  });
}

/** Why a guarded backend is of no more use; undefined while it is well. */
export function webGpuFailure(backend: unknown): WebGpuDeviceError | undefined {
  return typeof backend === 'object' && backend !== null ? guarded.get(backend)?.() : undefined;
}

/**
 * Keeps one error scope of each kind open at all times. A scope that is popped holds every error of what was
 * asked of the device before, whether or not the device has come to it yet: that is what a listener for uncaptured
 * errors could not promise.
 */
function watchDevice(device: GpuDevice) {
  let failure: WebGpuDeviceError | undefined;
  let stopped = false;
  let unseen = true;
  let inspected: Promise<void> = Promise.resolve();

  const open = () => {
    for (const kind of GPU_ERROR_KINDS) device.pushErrorScope(kind);
  };
  open();

  const lost = device.lost.then(({ reason, message }) => {
    if (!stopped) failure ??= new WebGpuDeviceError('lost', firstLine(message) || reason);
  });

  async function close(): Promise<void> {
    // The innermost scope, opened last, is popped first. A lost device may refuse, and says itself that it is lost.
    const kinds = [...GPU_ERROR_KINDS].reverse();
    const outcomes = await Promise.allSettled(kinds.map(() => device.popErrorScope()));
    kinds.forEach((kind, i) => {
      const outcome = outcomes[i];
      if (outcome?.status !== 'fulfilled' || outcome.value === null) return;
      failure ??= new WebGpuDeviceError(kind, firstLine(outcome.value.message) || 'no reason given');
    });
  }

  async function inspect(): Promise<void> {
    if (unseen && !stopped) {
      unseen = false;
      const closed = close();
      open();
      inspected = Promise.all([inspected, closed]).then(() => {});
    }
    await inspected;
  }

  return {
    failure: () => failure,
    check() {
      if (failure) throw failure;
    },
    used() {
      unseen = true;
    },
    /** Waits until what was asked of the device up to now is known to have gone well or not. */
    inspect,
    /** After a failed read: its reason, if it is the device's loss, may come a moment later. */
    async settle() {
      await inspect();
      if (failure) return;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, LOSS_DELAY);
      });
      await Promise.race([lost, late]);
      clearTimeout(timer);
    },
    stop() {
      stopped = true;
    },
  };
}

function checkSize(device: GpuDevice, size: unknown): void {
  if (typeof size !== 'number') return;
  for (const limit of ['maxBufferSize', 'maxStorageBufferBindingSize']) {
    const available = limitOf(device.limits, limit);
    if (size > available) throw new WebGpuLimitError(limit, size, available, 'the bytes of one tensor');
  }
}

function isOnDevice(backend: object, dataId: unknown): boolean {
  const map = property(backend, 'tensorMap');
  const get = property(map, 'get');
  const data: unknown = typeof get === 'function' ? Reflect.apply(get, map, [dataId]) : undefined;
  return property(data, 'resource') != null && property(data, 'values') == null;
}

const firstLine = (text: string): string => text.split('\n', 1)[0]?.trim() ?? '';
