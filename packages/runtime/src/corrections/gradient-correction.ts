import * as tf from '@tensorflow/tfjs';
import type { Correction, Defect } from './correction';

export interface GradientCorrectionOptions {
  /** Where it is in force; gradients are shared by all backends, and elsewhere the original one is called. */
  readonly backend: string;
  readonly op: string;
  readonly defect: Defect;
  readonly reason: string;
  readonly gradient: tf.GradConfig['gradFunc'];
}

const REPLACED = Symbol.for('@utad/runtime/replaced-gradient');

interface Replacement extends tf.GradConfig {
  readonly [REPLACED]: tf.GradConfig;
}

function isReplacement(config: tf.GradConfig | undefined): config is Replacement {
  return config !== undefined && REPLACED in config;
}

/** A correction of how an op is differentiated. What the op saves for its gradient stays as it was. */
export function gradientCorrection(options: GradientCorrectionOptions): Correction {
  const { backend, op, defect, reason, gradient } = options;
  // The type of getGradient leaves out that there may be none.
  const registered = (): tf.GradConfig | undefined => tf.getGradient(op);
  return {
    name: `${backend}/gradient of ${op}`,
    backend,
    op,
    defect,
    reason,
    isApplied: () => isReplacement(registered()),

    apply() {
      const original = registered();
      if (isReplacement(original)) return;
      if (!original) throw new Error(`${op}: expected a registered gradient, found none`);
      const gradFunc: tf.GradConfig['gradFunc'] = (dy, saved, attrs) =>
        backend === 'all' || tf.getBackend() === backend
          ? gradient(dy, saved, attrs)
          : original.gradFunc(dy, saved, attrs);
      const replacement: Replacement = { ...original, gradFunc, [REPLACED]: original };
      tf.unregisterGradient(op);
      tf.registerGradient(replacement);
    },

    undo() {
      const current = registered();
      if (!isReplacement(current)) return;
      tf.unregisterGradient(op);
      tf.registerGradient(current[REPLACED]);
    },
  };
}
