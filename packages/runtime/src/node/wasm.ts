import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import { type FoundPackage, packageFolder } from './native-package';
import { shareTensorFlowJs } from './share-tensorflowjs';

export const WASM_PACKAGE = '@tensorflow/tfjs-backend-wasm';
/** By itself it has no gradient of a convolution's filter, and that of max-pooling is wrong. */
export const WASM_CANNOT_TRAIN = 'wasm cannot train convolutions without corrections';

/**
 * Loads the wasm backend's package and makes it TensorFlow.js's backend.
 * @throws Error that says why it does not load.
 */
export async function loadWasm(found: FoundPackage): Promise<void> {
  if (found.version !== tf.version.tfjs) {
    throw new Error(`${found.name} is ${found.version}, but @tensorflow/tfjs is ${tf.version.tfjs}`);
  }
  const load = createRequire(found.manifest);
  shareTensorFlowJs(load);
  load(packageFolder(found));
  if (!(await tf.setBackend('wasm'))) throw new Error(`${found.name} did not start`);
}
