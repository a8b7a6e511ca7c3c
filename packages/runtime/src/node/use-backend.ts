import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import {
  BACKEND_PREFERENCE,
  type BackendName,
  type BackendStatus,
  BackendUnavailableError,
  type ChosenBackend,
} from '../backends';
import { property } from '../checks';
import { correctBackend, uncorrectBackend } from '../corrections/corrections';
import { findGpu, platformProblem, thisMachine } from './install/machine';
import {
  addonFile,
  type FinderOptions,
  type FoundPackage,
  installedCopies,
  loadNative,
  message,
  NATIVE_MISSING,
  type NativeBackend,
  nativeCopies,
  packageFolder,
  probeNative,
  type Refusal,
  registeredNative,
  requireVersion,
  shareTensorFlowJs,
} from './packages';
import type { WebGpuOptions } from './webgpu/adapters';
import { useWebGpu, webGpuStatus } from './webgpu/use-webgpu';

/** What {@link useBackend} may choose. */
export interface UseBackendOptions extends FinderOptions {
  /** The only backend to accept; default the best one that works. */
  readonly backend?: BackendName;
  /** Whether networks with convolutions will be trained, which wasm cannot without corrections; default false. */
  readonly training?: boolean;
  /**
   * Whether to put right what TensorFlow.js has wrong, slow or missing on the backend (`CORRECTIONS`); default true. False
   * takes back corrections already in force.
   */
  readonly corrections?: boolean;
  /** Which adapter webgpu runs on; default a GPU, or, where webgpu is the only backend to accept, any. */
  readonly webgpu?: WebGpuOptions;
}

/**
 * Chooses TensorFlow.js's backend and makes it the current one: tfjs-node-gpu, webgpu on a GPU, tfjs-node,
 * wasm, cpu, the first that works here. A tfjs-node that the project has, and that loads, comes before the one in the
 * user's cache. A native backend that the process has already loaded is kept.
 *
 * Sets `TF_CPP_MIN_LOG_LEVEL` to 2 where it is unset, and provides `util.isNullOrUndefined`, which tfjs-node calls.
 *
 * @throws BackendUnavailableError where the asked-for backend cannot be used.
 */
export async function useBackend(options: UseBackendOptions = {}): Promise<ChosenBackend> {
  const { backend, training = false, corrections = true, webgpu = {}, ...finder } = options;
  const trainingUncorrected = training && !corrections;
  if (backend) {
    const outcome = await attempt(backend, trainingUncorrected, { software: true, ...webgpu }, finder);
    if ('device' in outcome) return settle(outcome, corrections);
    throw new BackendUnavailableError(backend, outcome.reason);
  }
  const refusals: Refusal[] = [];
  // What this process computes with already needs no better one, and its tensors could not follow.
  const names = BACKEND_PREFERENCE.filter((name) => name !== 'webgpu' || !registeredNative());
  for (const name of names) {
    const outcome = await attempt(name, trainingUncorrected, webgpu, finder);
    if ('device' in outcome) {
      return settle({ ...outcome, reason: explain(outcome, refusals) }, corrections);
    }
    refusals.push(outcome);
  }
  throw new BackendUnavailableError('cpu', refusals.map(({ reason }) => reason).join('; '));
}

/** Brings the corrections of the backend that is now current to what was asked for. */
function settle(chosen: ChosenBackend, corrections: boolean): ChosenBackend {
  if (corrections) correctBackend();
  else uncorrectBackend();
  return chosen;
}

/** What was found and does not work is always told; a native TensorFlow that is not there, when nothing replaces it. */
function explain(chosen: ChosenBackend, refusals: readonly Refusal[]): string {
  const fast = chosen.name !== 'wasm' && chosen.name !== 'cpu';
  const reasons = refusals
    .filter(({ name, found }) => found || (name === 'tfjs-node' && !fast))
    .map(({ reason }) => reason);
  if (reasons.length === 0) return chosen.reason;
  if (fast) return [chosen.reason, ...reasons].join('; ');
  const wasm = refusals.some(({ name, found }) => name === 'wasm' && !found);
  const remedy = wasm ? `, or add ${WASM_PACKAGE}@${tf.version.tfjs} to your project` : '';
  return `${chosen.name}: ${reasons.join('; ')}${remedy}`;
}

async function attempt(
  name: BackendName,
  trainingUncorrected: boolean,
  webgpu: WebGpuOptions,
  finder: FinderOptions,
): Promise<ChosenBackend | Refusal> {
  if (name === 'webgpu') return await useWebGpu(webgpu, finder);
  if (name === 'cpu') return await useCpu();
  if (name === 'wasm') return await useWasm(trainingUncorrected, finder);
  return await useNative(name, finder);
}

type NativeName = 'tfjs-node' | 'tfjs-node-gpu';

async function useNative(name: NativeName, finder: FinderOptions): Promise<ChosenBackend | Refusal> {
  const loaded = registeredNative();
  if (loaded) {
    if (loaded.gpuPackage === (name === 'tfjs-node-gpu'))
      return await useLoaded(name, loaded, 'already loaded');
    // Both in one process would be two TensorFlow libraries of the same name.
    return { name, found: false, reason: `this process already runs the other native backend` };
  }
  const reasons: string[] = [];
  for (const copy of nativeCopies(`@tensorflow/${name}`, finder)) {
    try {
      // Whether there is a GPU shows only once TensorFlow is loaded, and then tfjs-node could not be any more.
      if (name === 'tfjs-node-gpu' && !(await probeNative(copy)).gpu)
        throw new Error('no CUDA device is usable');
      return await useLoaded(name, loadNative(copy), copy.origin);
    } catch (error) {
      reasons.push(`${name} (${copy.origin}): ${message(error)}`);
    }
  }
  if (reasons.length > 0) return { name, found: true, reason: reasons.join('; ') };
  return { name, found: false, reason: NATIVE_MISSING[name] };
}

async function useLoaded(name: BackendName, native: NativeBackend, origin: string): Promise<ChosenBackend> {
  await tf.setBackend('tensorflow');
  await tf.ready();
  return {
    name,
    version: native.tensorflow,
    device: native.gpu ? 'GPU (CUDA)' : `CPU, ${availableParallelism()} threads`,
    reason: `${name} on TensorFlow ${native.tensorflow} (${origin})`,
  };
}

async function useWasm(
  trainingUncorrected: boolean,
  finder: FinderOptions,
): Promise<ChosenBackend | Refusal> {
  const name = 'wasm';
  const [copy] = installedCopies(WASM_PACKAGE, finder);
  if (!copy) return { name, found: false, reason: `${WASM_PACKAGE} is not installed` };
  if (trainingUncorrected) return { name, found: true, reason: WASM_CANNOT_TRAIN };
  try {
    await loadWasm(copy);
  } catch (error) {
    return { name, found: true, reason: `wasm (${copy.origin}): ${message(error)}` };
  }
  const reason = `wasm ${copy.version} (${copy.origin})`;
  return { name, version: tf.version.tfjs, device: 'CPU, 1 thread', reason };
}

async function useCpu(): Promise<ChosenBackend> {
  await tf.setBackend('cpu');
  await tf.ready();
  const backend = tf.backend();
  // Its first tensor would print an advertisement for tfjs-node; the reason says the same.
  if (property(backend, 'firstUse') === true) Object.assign(backend, { firstUse: false });
  return {
    name: 'cpu',
    version: tf.version.tfjs,
    device: 'CPU, 1 thread, plain JavaScript',
    reason: `cpu of TensorFlow.js ${tf.version.tfjs}`,
  };
}

const WASM_PACKAGE = '@tensorflow/tfjs-backend-wasm';
/** By itself it has no gradient of a convolution's filter, and that of max-pooling is wrong. */
const WASM_CANNOT_TRAIN = 'wasm cannot train convolutions without corrections';

/**
 * Loads the wasm backend's package and makes it TensorFlow.js's backend.
 * @throws Error that says why it does not load.
 */
async function loadWasm(found: FoundPackage): Promise<void> {
  requireVersion(found);
  const load = createRequire(found.manifest);
  shareTensorFlowJs(load);
  load(packageFolder(found));
  if (!(await tf.setBackend('wasm'))) throw new Error(`${found.name} did not start`);
}

/**
 * What every backend is on this machine, the most wanted first. Native ones are loaded and computed with in
 * processes of their own, so that this process keeps the backend it has.
 */
export async function listBackends(options: FinderOptions = {}): Promise<BackendStatus[]> {
  return await Promise.all(BACKEND_PREFERENCE.map((name) => status(name, options)));
}

async function status(name: BackendName, options: FinderOptions): Promise<BackendStatus> {
  if (name === 'cpu') {
    const reason = 'plain JavaScript, always there, very slow';
    return { name, available: true, version: tf.version.tfjs, reason };
  }
  if (name === 'wasm') return wasmStatus(options);
  if (name === 'webgpu') return await webGpuStatus(options);
  const reasons: string[] = [];
  for (const copy of nativeCopies(`@tensorflow/${name}`, options)) {
    try {
      requireVersion(copy);
      addonFile(copy);
      const { tensorflow, gpu } = await probeNative(copy);
      if (name === 'tfjs-node-gpu' && !gpu) throw new Error('no CUDA device is usable');
      const reason = `TensorFlow ${tensorflow} (${copy.origin})`;
      return { name, available: true, version: tensorflow, reason };
    } catch (error) {
      reasons.push(`${message(error)} (${copy.origin})`);
    }
  }
  return { name, available: false, reason: reasons.join('; ') || (await missing(name)) };
}

/** Why a native backend is not there, and whether it could be. */
async function missing(name: 'tfjs-node' | 'tfjs-node-gpu'): Promise<string> {
  const cuda = name === 'tfjs-node-gpu';
  const problem = platformProblem(thisMachine(), cuda);
  if (problem) return problem.message;
  if (!cuda) return NATIVE_MISSING[name];
  const gpu = await findGpu();
  return gpu === undefined
    ? `${NATIVE_MISSING[name]}, and no NVIDIA GPU was found`
    : `${NATIVE_MISSING[name]}; run \`utad backend install --gpu\` to use ${gpu.name}`;
}

function wasmStatus(options: FinderOptions): BackendStatus {
  const name = 'wasm';
  const [copy] = installedCopies(WASM_PACKAGE, options);
  if (!copy) return { name, available: false, reason: `${WASM_PACKAGE} is not installed` };
  try {
    requireVersion(copy);
  } catch (error) {
    return { name, available: false, reason: message(error) };
  }
  return { name, available: true, version: copy.version, reason: copy.origin };
}
