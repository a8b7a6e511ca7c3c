import * as tf from '@tensorflow/tfjs';
import type { Correction, Defect } from './correction';

/** A kernel, given what it is called with and the one that it replaces. */
export type CorrectedKernel = (
  call: Parameters<tf.KernelFunc>[0],
  original: tf.KernelFunc | undefined,
) => tf.TensorInfo | tf.TensorInfo[];

export interface KernelCorrectionOptions {
  readonly backend: string;
  readonly op: string;
  readonly defect: Defect;
  readonly reason: string;
  readonly kernel: CorrectedKernel;
}

// On the registered kernel itself, and by a name that every copy of this package shares: its two entries may be two.
const REPLACED = Symbol.for('@utad/runtime/replaced-kernel');

interface Replacement extends tf.KernelConfig {
  readonly [REPLACED]: tf.KernelConfig | 'none';
}

function isReplacement(config: tf.KernelConfig | undefined): config is Replacement {
  return config !== undefined && REPLACED in config;
}

/** A correction that registers a kernel on a backend. */
export function kernelCorrection(options: KernelCorrectionOptions): Correction {
  const { backend, op, defect, reason, kernel } = options;
  // The type of getKernel leaves out that there may be none.
  const registered = (): tf.KernelConfig | undefined => tf.getKernel(op, backend);
  return {
    name: `${backend}/${op}`,
    backend,
    op,
    defect,
    reason,
    isApplied: () => isReplacement(registered()),

    apply() {
      const original = registered();
      if (isReplacement(original)) return;
      const replacement: Replacement = {
        // With its set-up and disposal functions, so that it could still be put back.
        ...original,
        kernelName: op,
        backendName: backend,
        kernelFunc: (call) => kernel(call, original?.kernelFunc),
        [REPLACED]: original ?? 'none',
      };
      if (original) tf.unregisterKernel(op, backend);
      tf.registerKernel(replacement);
    },

    undo() {
      const current = registered();
      if (!isReplacement(current)) return;
      tf.unregisterKernel(op, backend);
      if (current[REPLACED] !== 'none') tf.registerKernel(current[REPLACED]);
    },
  };
}
