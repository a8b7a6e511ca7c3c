import * as tf from '@tensorflow/tfjs';
import { type FinderOptions, nativeCopies } from './candidates';
import { addonFile } from './native-package';

/**
 * Where a tfjs-node lies that could be loaded, found without loading it: `'user cache'`, `'this project'`.
 * Undefined where there is none with an addon for this system and the version of the caller's TensorFlow.js.
 */
export function findNative(options: FinderOptions = {}): string | undefined {
  for (const copy of nativeCopies('@tensorflow/tfjs-node', options)) {
    if (copy.version !== tf.version.tfjs) continue;
    try {
      addonFile(copy);
      return copy.origin;
    } catch {
      // The next copy may have its addon.
    }
  }
  return undefined;
}
