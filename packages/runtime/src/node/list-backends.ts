import * as tf from '@tensorflow/tfjs';
import { BACKEND_PREFERENCE, type BackendName, type BackendStatus } from '../backends';
import { type FinderOptions, installedCopies, message, nativeCopies } from './candidates';
import { addonFile, NATIVE_MISSING } from './native-package';
import { probeNative } from './probe';
import { WASM_CANNOT_TRAIN, WASM_PACKAGE } from './wasm';

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
  return { name, available: false, reason: reasons.join('; ') || NATIVE_MISSING[name] };
}

function wasmStatus(options: FinderOptions): BackendStatus {
  const name = 'wasm';
  const [copy] = installedCopies(WASM_PACKAGE, options);
  if (!copy) return { name, available: false, reason: `${WASM_PACKAGE} is not installed` };
  if (copy.version !== tf.version.tfjs) {
    const reason = `${copy.name} is ${copy.version}, but @tensorflow/tfjs is ${tf.version.tfjs}`;
    return { name, available: false, reason };
  }
  return { name, available: true, version: copy.version, reason: `${copy.origin}; ${WASM_CANNOT_TRAIN}` };
}
