import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import { addonFile, type FoundPackage, packageFolder } from './native-package';
import { shareTensorFlowJs } from './share-tensorflowjs';

/** What this package needs of tfjs-node's backend object. */
export interface NativeBackend {
  readonly tensorflow: string;
  readonly gpu: boolean;
  /** Whether it belongs to tfjs-node-gpu. */
  readonly gpuPackage: boolean;
}

/** The native backend already registered in this process, whoever loaded it. */
export function registeredNative(): NativeBackend | undefined {
  const backend: unknown = tf.findBackend('tensorflow');
  if (typeof backend !== 'object' || backend === null) return undefined;
  const binding: unknown = Reflect.get(backend, 'binding');
  const version =
    typeof binding === 'object' && binding !== null ? Reflect.get(binding, 'TF_Version') : undefined;
  if (typeof version !== 'string') return undefined;
  return {
    tensorflow: version,
    gpu: Reflect.get(backend, 'isUsingGpuDevice') === true,
    gpuPackage: Reflect.get(backend, 'isGPUPackage') === true,
  };
}

/**
 * Loads an addon package into this process and makes it TensorFlow.js's backend.
 * @throws Error that says why it does not load; nothing is registered then.
 */
export function loadNative(found: FoundPackage): NativeBackend {
  if (found.version !== tf.version.tfjs) {
    throw new Error(`${found.name} is ${found.version}, but @tensorflow/tfjs is ${tf.version.tfjs}`);
  }
  const addon = addonFile(found);
  quietTensorFlow();
  provideIsNullOrUndefined();
  const load = createRequire(found.manifest);
  // The addon alone first: the package registers its kernels before it opens the addon, and would leave them
  // behind when that fails.
  load(addon);
  shareTensorFlowJs(load);
  load(packageFolder(found));
  const native = registeredNative();
  if (!native) throw new Error(`${found.name} did not register a backend`);
  return native;
}

/** TensorFlow reads its log level once, when its library is opened. A level that the user has set stays. */
function quietTensorFlow(): void {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
}

/** tfjs-node calls `util.isNullOrUndefined`, which Node 23 removed and Node 22 warns about. */
function provideIsNullOrUndefined(): void {
  const util: unknown = createRequire(import.meta.url)('node:util');
  if (typeof util === 'object' && util !== null) {
    Reflect.set(util, 'isNullOrUndefined', (value: unknown) => value === null || value === undefined);
  }
}
