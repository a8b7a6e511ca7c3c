import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import type { BackendStatus, ChosenBackend } from '../../backends';
import { hasMethods, property } from '../../checks';
import {
  type GpuDevice,
  guardWebGpu,
  isGpuDevice,
  limitOf,
  WebGpuLimitError,
  webGpuFailure,
} from '../../webgpu';
import {
  type FinderOptions,
  type FoundPackage,
  message,
  packageFolder,
  type Refusal,
  shareTensorFlowJs,
} from '../packages';
import {
  type AdapterRequest,
  checkWebGpu,
  describeAdapter,
  entryOf,
  findWebGpu,
  probeWebGpu,
  WEBGPU_MISSING,
  type WebGpuCandidate,
  type WebGpuOptions,
  type WebGpuPackages,
} from './adapters';

const name = 'webgpu';

/** What this process's WebGPU backend is, for a later call that finds it there. */
let current: { readonly backend: tf.KernelBackend; readonly chosen: ChosenBackend } | undefined;

/**
 * Makes WebGPU TensorFlow.js's backend. One that the process already uses, and that has not failed, is kept.
 * The adapter is tried in a process of its own first.
 */
export async function useWebGpu(
  options: WebGpuOptions,
  finder: FinderOptions,
): Promise<ChosenBackend | Refusal> {
  const loaded = tf.findBackend(name);
  if (loaded && !webGpuFailure(loaded)) return await keep(loaded);
  let origin = '';
  try {
    const packages = findWebGpu(finder);
    if (!packages) return { name, found: false, reason: WEBGPU_MISSING };
    origin = packages.dawn.origin;
    const candidate = await wantedAdapter(packages, options);
    if ('refused' in candidate) return { name, found: false, reason: candidate.refused };
    await checkWebGpu(packages, candidate.request);
    if (loaded) tf.removeBackend(name);
    await loadWebGpu(packages, candidate.request);
    const backend = tf.backend();
    const chosen = {
      name,
      version: tf.version.tfjs,
      device: describeAdapter(candidate),
      reason: `webgpu on ${describeAdapter(candidate)}, through webgpu ${packages.dawn.version} (${origin})`,
    } as const;
    current = { backend, chosen };
    return chosen;
  } catch (error) {
    return { name, found: true, reason: `webgpu${origin && ` (${origin})`}: ${message(error)}` };
  }
}

async function keep(backend: tf.KernelBackend): Promise<ChosenBackend> {
  guardWebGpu(backend);
  await tf.setBackend(name);
  if (current?.backend === backend) return current.chosen;
  return { name, version: tf.version.tfjs, device: 'unknown', reason: 'webgpu (already loaded)' };
}

/** The adapter to take. That there is none is no defect of the installation, and told only where it was asked for. */
async function wantedAdapter(
  packages: WebGpuPackages,
  options: WebGpuOptions,
): Promise<WebGpuCandidate | { readonly refused: string }> {
  const { adapters, missing } = await probeWebGpu(packages, options);
  const [best] = adapters;
  if (!best) return { refused: `webgpu: ${missing}` };
  if (best.software && !options.software) {
    return { refused: `webgpu: expected a GPU, found only ${describeAdapter(best)}` };
  }
  return best;
}

/** Whether WebGPU runs here, and on what; found out in processes of its own. Software counts, and is named so. */
export async function webGpuStatus(options: FinderOptions): Promise<BackendStatus> {
  const name = 'webgpu';
  try {
    const packages = findWebGpu(options);
    if (!packages) return { name, available: false, reason: WEBGPU_MISSING };
    const { adapters, missing } = await probeWebGpu(packages, {});
    const [best, ...others] = adapters;
    if (!best) return { name, available: false, reason: missing };
    await checkWebGpu(packages, best.request);
    const also = others.length > 0 ? `; also ${others.map((other) => other.name).join(', ')}` : '';
    const unasked = best.software ? '; used only where webgpu is asked for' : '';
    const reason = `${best.name}: ${describeAdapter(best)} (${packages.dawn.origin})${unasked}${also}`;
    return { name, available: true, version: tf.version.tfjs, reason };
  } catch (error) {
    return { name, available: false, reason: message(error) };
  }
}

/** An adapter of WebGPU, and the object behind `navigator.gpu` that it came from. */
interface OpenAdapter {
  readonly gpu: object;
  readonly info: unknown;
  readonly limits: object;
  readonly features: ReadonlySet<unknown>;
  requestDevice(descriptor: object): Promise<unknown>;
}

/** Dawn's objects in this process, by the options that they were made with. */
const gpus = new Map<string, object>();

/**
 * The object behind `navigator.gpu`. There is one for as long as the process lives: a device does not keep it alive,
 * and in a process that has loaded native TensorFlow, Dawn crashes when another is made after one is gone.
 */
async function gpuOf(dawn: FoundPackage, options: readonly string[]): Promise<object> {
  const key = JSON.stringify([dawn.manifest, ...options]);
  const known = gpus.get(key);
  if (known) return known;
  const module: unknown = await import(entryOf(dawn));
  const create = property(module, 'create');
  if (typeof create !== 'function') throw new Error(`${dawn.name} ${dawn.version} has no create()`);
  defineGlobals(property(module, 'globals'));
  const gpu: unknown = Reflect.apply(create, undefined, [[...options]]);
  if (!hasMethods(gpu, ['requestAdapter']))
    throw new Error(`${dawn.name} ${dawn.version} made no GPU object`);
  gpus.set(key, gpu);
  return gpu;
}

/**
 * Opens an adapter through Dawn's addon.
 * @throws Error where there is none, or the package is not what was expected.
 */
async function openAdapter(dawn: FoundPackage, request: AdapterRequest): Promise<OpenAdapter> {
  const gpu = await gpuOf(dawn, request.dawn);
  const adapter = await call(gpu, 'requestAdapter', [request.webgpu]);
  if (!hasMethods(adapter, ['requestDevice'])) throw new Error('no adapter was found');
  const limits = property(adapter, 'limits');
  const features = property(adapter, 'features');
  if (typeof limits !== 'object' || limits === null) throw new Error('the adapter names no limits');
  return {
    gpu,
    info: property(adapter, 'info'),
    limits,
    features: new Set(isIterable(features) ? features : []),
    requestDevice: async (descriptor) => await call(adapter, 'requestDevice', [descriptor]),
  };
}

/** The classes and constants that the backend takes from the global object, as a browser has them there. */
function defineGlobals(globals: unknown): void {
  if (typeof globals !== 'object' || globals === null) return;
  for (const [name, value] of Object.entries(globals)) {
    if (!(name in globalThis)) {
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    }
  }
}

async function call(target: object, name: string, args: readonly unknown[]): Promise<unknown> {
  const method: unknown = Reflect.get(target, name);
  if (typeof method !== 'function') throw new Error(`expected a method ${name}, found none`);
  return await Reflect.apply(method, target, [...args]);
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return hasMethods(value, []) && typeof Reflect.get(value, Symbol.iterator) === 'function';
}

/**
 * The limits that TensorFlow.js's WebGPU backend raises to what the adapter has, and the least of each that its
 * programs are written for. These are the least that WebGPU guarantees; only adapters of its compatibility mode, old
 * mobile GPUs for the most part, have less.
 */
const LIMITS = {
  maxBufferSize: 2 ** 28,
  maxStorageBufferBindingSize: 2 ** 27,
  maxComputeWorkgroupStorageSize: 2 ** 14,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupsPerDimension: 65_535,
} as const;

/**
 * The limits to ask of an adapter's device: all that it has of those that matter.
 * @throws WebGpuLimitError where it has less of one than is needed.
 */
export function requiredLimits(limits: object): Record<string, number> {
  return Object.fromEntries(
    Object.entries(LIMITS).map(([name, least]) => {
      const available = limitOf(limits, name);
      if (available < least) throw new WebGpuLimitError(name, least, available, "TensorFlow.js's programs");
      return [name, available];
    }),
  );
}

/**
 * Opens a device on an adapter, and makes it TensorFlow.js's backend, guarded by {@link guardWebGpu}.
 * Disposing of the backend gives the device back.
 *
 * @throws WebGpuLimitError where a limit of the adapter is too small.
 * @throws Error that says why it does not start; nothing is registered then.
 */
async function loadWebGpu({ dawn, backend }: WebGpuPackages, request: AdapterRequest): Promise<void> {
  const adapter = await openAdapter(dawn, request);
  const device = await adapter.requestDevice({
    // For tf.time(), which else reports zeros.
    requiredFeatures: ['timestamp-query'].filter((name) => adapter.features.has(name)),
    requiredLimits: requiredLimits(adapter.limits),
  });
  if (!isGpuDevice(device)) throw new Error(`${dawn.name} ${dawn.version} made no device`);
  destroyAtExit(device);

  const load = createRequire(backend.manifest);
  shareTensorFlowJs(load);
  // While navigator.gpu is not there yet, the package leaves it to us to register its backend.
  const loaded: unknown = load(packageFolder(backend));
  const WebGPUBackend = property(loaded, 'WebGPUBackend');
  if (typeof WebGPUBackend !== 'function') throw new Error(`${backend.name} has no WebGPUBackend`);
  const made: unknown = withNavigatorGpu(adapter.gpu, () =>
    Reflect.construct(WebGPUBackend, [device, adapter.info]),
  );
  if (!(made instanceof tf.KernelBackend)) throw new Error(`${backend.name} made no kernel backend`);

  guardWebGpu(made);
  tf.registerBackend('webgpu', () => made, PRIORITY);
  if (!(await tf.setBackend('webgpu'))) throw new Error(`${backend.name} did not start`);
}

/** Dawn crashes in a process that exits while its device has work under way. */
function destroyAtExit(device: GpuDevice): void {
  const destroy = () => device.destroy();
  process.once('exit', destroy);
  void device.lost.then(() => process.off('exit', destroy));
}

/** The package's own, above those of wasm and cpu. */
const PRIORITY = 3;

/** The backend's constructor looks for `navigator.gpu`, which Node does not have, and never uses it. */
function withNavigatorGpu<T>(gpu: object, work: () => T): T {
  const navigator: unknown = Reflect.get(globalThis, 'navigator');
  const there = typeof navigator === 'object' && navigator !== null ? navigator : undefined;
  const target = there ?? {};
  if (Reflect.get(target, 'gpu') !== undefined) return work();
  if (!there) Object.defineProperty(globalThis, 'navigator', { value: target, configurable: true });
  Object.defineProperty(target, 'gpu', { value: gpu, configurable: true });
  try {
    return work();
  } finally {
    Reflect.deleteProperty(target, 'gpu');
    if (!there) Reflect.deleteProperty(globalThis, 'navigator');
  }
}
