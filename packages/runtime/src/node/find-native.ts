import * as tf from '@tensorflow/tfjs';
import { type FinderOptions, nativeCopies } from './candidates';
import { addonFile } from './native-package';

/** Which native backend to look for, and where. */
export interface FindNativeOptions extends FinderOptions {
  /** Looks for tfjs-node-gpu instead of tfjs-node; default false. */
  readonly gpu?: boolean;
}

/**
 * Where a tfjs-node lies that could be loaded, found without loading it: `'user cache'`, `'this project'`.
 * Undefined where there is none with an addon for this system and the version of the caller's TensorFlow.js.
 */
export function findNative({ gpu = false, ...finder }: FindNativeOptions = {}): string | undefined {
  for (const copy of nativeCopies(gpu ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node', finder)) {
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
