import * as tf from '@tensorflow/tfjs';

/** What is wrong with an op of TensorFlow.js 4.22 on a backend. */
export type Defect =
  /** It is not there. */
  | 'missing'
  /** Its numbers are wrong for some inputs. */
  | 'wrong'
  /** It is right, and several times slower than the backend could be. */
  | 'slow';

/** A defect of TensorFlow.js, and what takes its place. */
export interface Correction {
  /** Backend and op: `'wasm/MaxPoolGrad'`. */
  readonly name: string;
  /** TensorFlow.js's name of the backend (`'cpu'`, `'tensorflow'`, `'wasm'`), or `'all'`. */
  readonly backend: string;
  /** The kernel, or the op whose gradient is corrected. */
  readonly op: string;
  /** What is wrong without it. */
  readonly defect: Defect;
  /** One line: which inputs are concerned, and what comes of them. */
  readonly reason: string;
  /** Whether it is in force. */
  isApplied(): boolean;
  /** Puts it in force; does nothing where it is. */
  apply(): void;
  /** Puts back what was there before; does nothing where it is not in force. */
  undo(): void;
}

/** A kernel, given what it is called with and the one that it replaces. */
export type CorrectedKernel = (
  call: Parameters<tf.KernelFunc>[0],
  original: tf.KernelFunc | undefined,
) => tf.TensorInfo | tf.TensorInfo[];

/** Corrections by op: what is wrong, in one word and in one line, and what takes its place. */
export type Replacements<T> = Readonly<Record<string, readonly [Defect, reason: string, replacement: T]>>;

// On the registered entry itself, and by a name that every copy of this package shares: its two entries may be two.
const REPLACED = Symbol.for('@utad/runtime/replaced');

/** A kernel or gradient that is registered in place of another. */
type Replacement<T> = T & { readonly [REPLACED]: T | 'none' };

function isReplacement<T extends object>(entry: T | undefined): entry is Replacement<T> {
  return entry !== undefined && REPLACED in entry;
}

/** Where TensorFlow.js keeps the kernel, or the gradient, of one op. */
interface Registry<T> {
  registered(): T | undefined;
  register(entry: T): void;
  unregister(): void;
}

/** Replaces what is registered, and puts it back. */
function replacing<T extends object>(
  { registered, register, unregister }: Registry<T>,
  make: (original: T | undefined) => T,
): Pick<Correction, 'isApplied' | 'apply' | 'undo'> {
  return {
    isApplied: () => isReplacement(registered()),
    apply() {
      const original = registered();
      if (isReplacement(original)) return;
      const entry = { ...make(original), [REPLACED]: original ?? 'none' };
      if (original) unregister();
      register(entry);
    },
    undo() {
      const current = registered();
      if (!isReplacement(current)) return;
      unregister();
      if (current[REPLACED] !== 'none') register(current[REPLACED]);
    },
  };
}

/** Corrections that register kernels on a backend. */
export function kernelCorrections(backend: string, kernels: Replacements<CorrectedKernel>): Correction[] {
  return Object.entries(kernels).map(([op, [defect, reason, kernel]]) => {
    const registry: Registry<tf.KernelConfig> = {
      // The type of getKernel leaves out that there may be none.
      registered: () => tf.getKernel(op, backend),
      register: tf.registerKernel,
      unregister: () => tf.unregisterKernel(op, backend),
    };
    const make = (original: tf.KernelConfig | undefined): tf.KernelConfig => ({
      // With its set-up and disposal functions, so that it could still be put back.
      ...original,
      kernelName: op,
      backendName: backend,
      kernelFunc: (call) => kernel(call, original?.kernelFunc),
    });
    return { name: `${backend}/${op}`, backend, op, defect, reason, ...replacing(registry, make) };
  });
}

/**
 * Corrections of how ops are differentiated. What an op saves for its gradient stays as it was.
 *
 * @param backend Where they are in force; gradients are shared by all backends, and elsewhere the original one is called.
 */
export function gradientCorrections(
  backend: string,
  gradients: Replacements<tf.GradConfig['gradFunc']>,
): Correction[] {
  return Object.entries(gradients).map(([op, [defect, reason, gradient]]) => {
    const registry: Registry<tf.GradConfig> = {
      // The type of getGradient leaves out that there may be none.
      registered: () => tf.getGradient(op),
      register: tf.registerGradient,
      unregister: () => tf.unregisterGradient(op),
    };
    const make = (original: tf.GradConfig | undefined): tf.GradConfig => {
      if (!original) throw new Error(`${op}: expected a registered gradient, found none`);
      const isConcerned = () => backend === 'all' || tf.getBackend() === backend;
      const gradFunc: tf.GradConfig['gradFunc'] = (...call) =>
        (isConcerned() ? gradient : original.gradFunc)(...call);
      return { ...original, gradFunc };
    };
    return {
      name: `${backend}/gradient of ${op}`,
      backend,
      op,
      defect,
      reason,
      ...replacing(registry, make),
    };
  });
}
