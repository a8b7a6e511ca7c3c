import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import {
  BACKEND_PREFERENCE,
  type BackendName,
  BackendUnavailableError,
  type ChosenBackend,
} from '../backends';
import { correctBackend, uncorrectBackend } from '../corrections/correct-backend';
import { type FinderOptions, installedCopies, message, nativeCopies, type Refusal } from './candidates';
import { loadNative, type NativeBackend, registeredNative } from './load-native';
import { NATIVE_MISSING } from './native-package';
import { probeNative } from './probe';
import { loadWasm, WASM_CANNOT_TRAIN, WASM_PACKAGE } from './wasm';
import type { WebGpuOptions } from './webgpu/options';
import { useWebGpu } from './webgpu/use-webgpu';

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
  return fast ? [chosen.reason, ...reasons].join('; ') : `${chosen.name}: ${reasons.join('; ')}`;
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

async function useNative(
  name: 'tfjs-node' | 'tfjs-node-gpu',
  finder: FinderOptions,
): Promise<ChosenBackend | Refusal> {
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
  return {
    name,
    version: tf.version.tfjs,
    device: 'CPU, 1 thread',
    reason: `wasm ${copy.version} (${copy.origin})`,
  };
}

async function useCpu(): Promise<ChosenBackend> {
  await tf.setBackend('cpu');
  await tf.ready();
  const backend: unknown = tf.backend();
  // Its first tensor would print an advertisement for tfjs-node; the reason says the same.
  if (typeof backend === 'object' && backend !== null && Reflect.get(backend, 'firstUse') === true) {
    Reflect.set(backend, 'firstUse', false);
  }
  return {
    name: 'cpu',
    version: tf.version.tfjs,
    device: 'CPU, 1 thread, plain JavaScript',
    reason: `cpu of TensorFlow.js ${tf.version.tfjs}`,
  };
}
