import * as tf from '@tensorflow/tfjs';
import { BACKEND_PREFERENCE, type BackendName, type BackendStatus } from '../backends';
import { type FinderOptions, installedCopies, message, nativeCopies } from './candidates';
import { findGpu } from './install/gpu';
import { platformProblem, thisMachine } from './install/platform';
import { addonFile, NATIVE_MISSING } from './native-package';
import { probeNative } from './probe';
import { WASM_PACKAGE } from './wasm';
import { webGpuStatus } from './webgpu/status';

/**
 * What every backend is on this machine, the most wanted first. Native ones are loaded and computed with in
 * processes of their own, so that this process keeps the backend it has.
 */
export async function listBackends(options: FinderOptions = {}): Promise<BackendStatus[]> {
  return await Promise.all(BACKEND_PREFERENCE.map((name) => status(name, options)));
}

async function status(name: BackendName, options: FinderOptions): Promise<BackendStatus> {
  if (name === 'cpu') {
    return {
      name,
      available: true,
      version: tf.version.tfjs,
      reason: 'plain JavaScript, always there, very slow',
    };
  }
  if (name === 'wasm') return wasmStatus(options);
  if (name === 'webgpu') return await webGpuStatus(options);
  const reasons: string[] = [];
  for (const copy of nativeCopies(`@tensorflow/${name}`, options)) {
    try {
      if (copy.version !== tf.version.tfjs) {
        throw new Error(`${copy.name} is ${copy.version}, but @tensorflow/tfjs is ${tf.version.tfjs}`);
      }
      addonFile(copy);
      const { tensorflow, gpu } = await probeNative(copy);
      if (name === 'tfjs-node-gpu' && !gpu) throw new Error('no CUDA device is usable');
      return {
        name,
        available: true,
        version: tensorflow,
        reason: `TensorFlow ${tensorflow} (${copy.origin})`,
      };
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
  if (copy.version !== tf.version.tfjs) {
    const reason = `${copy.name} is ${copy.version}, but @tensorflow/tfjs is ${tf.version.tfjs}`;
    return { name, available: false, reason };
  }
  return { name, available: true, version: copy.version, reason: copy.origin };
}
