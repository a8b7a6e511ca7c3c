import * as tf from '@tensorflow/tfjs';
import { property } from '../checks';
import { arrangements, matrices, reductions } from './cases/arrays';
import { compositions, conventions, elementwiseOperations } from './cases/elementwise';
import { convolutions, poolings, resizings } from './cases/images';
import { type ConformanceCase, casesOf } from './operation';

/** How {@link checkConformance} goes about it. */
export interface ConformanceOptions {
  /** Default {@link conformanceCases}, all of them. */
  readonly cases?: readonly ConformanceCase[];
  /** Is told of each case when it is done. */
  readonly onResult?: (result: ConformanceResult) => void;
  /** Ends the check between two cases, with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What became of one case. */
export interface ConformanceResult {
  /** The one that it is about. */
  readonly case: ConformanceCase;
  /** Relative to the largest expected value; undefined where the op could not be run. */
  readonly error: number | undefined;
  /** Undefined where all is well. */
  readonly fault: ConformanceFault | undefined;
}

/** Why a case is not right. */
export interface ConformanceFault {
  /** The function of TensorFlow.js. */
  readonly op: string;
  /** The case's name. */
  readonly case: string;
  /** Its result or the gradient of an input, as {@link ConformanceCase.what} says it. */
  readonly what: string;
  /**
   * `wrong`: the error is larger than the tolerance. `missing`: the backend has no such kernel. `failed`: the op threw.
   * `leak`: tensors were left behind.
   */
  readonly kind: 'wrong' | 'missing' | 'failed' | 'leak';
  /** Null where there is no number, of ops that are missing or failed, or that gave NaN. */
  readonly error: number | null;
  /** What the error may be. */
  readonly tolerance: number;
  /** The kernel that is missing, else null. */
  readonly kernel: string | null;
  /** One line that names op, backend and version. */
  readonly message: string;
}

/** What a check of one backend came to. */
export interface ConformanceReport {
  /** TensorFlow.js's name of it, `'tensorflow'` for the native ones. */
  readonly backend: string;
  /** Of TensorFlow for the native backends, of TensorFlow.js for the others. */
  readonly version: string;
  /** Version of TensorFlow.js. */
  readonly tensorflowjs: string;
  /** How many cases. */
  readonly checked: number;
  /** Those that are not right, in the order of the cases; empty where all are. */
  readonly wrong: readonly ConformanceFault[];
  /** How long it took. */
  readonly seconds: number;
}

/**
 * Checks ops and gradients of TensorFlow.js's current backend against references in float64. What is wrong, missing or
 * throws is in the report; nothing of it is thrown.
 *
 * @example
 * const { wrong } = await checkConformance();
 * for (const { message } of wrong) console.log(message);
 */
export async function checkConformance({
  cases = conformanceCases,
  onResult,
  signal,
}: ConformanceOptions = {}): Promise<ConformanceReport> {
  await tf.ready();
  const began = performance.now();
  const wrong: ConformanceFault[] = [];
  const version = backendVersion();
  for (const each of cases) {
    signal?.throwIfAborted();
    const result = await checkCase(each, `${tf.getBackend()} ${version}`);
    if (result.fault) wrong.push(result.fault);
    onResult?.(result);
  }
  return {
    backend: tf.getBackend(),
    version,
    tensorflowjs: tf.version.tfjs,
    checked: cases.length,
    wrong,
    seconds: (performance.now() - began) / 1000,
  };
}

async function checkCase(checked: ConformanceCase, backend: string): Promise<ConformanceResult> {
  const { op, name, what, tolerance } = checked;
  const about = { op, case: name, what, tolerance };
  const line = (problem: string) => `${name} on ${backend}: ${problem}`;
  const tensors = tf.memory().numTensors;
  let error: number;
  try {
    error = await checked.run();
  } catch (thrown) {
    const reason = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0] ?? '';
    const kernel = /[Kk]ernel '(\w+)' (?:is )?not registered/.exec(reason)?.[1] ?? null;
    const kind = kernel === null ? 'failed' : 'missing';
    const message = line(kernel === null ? reason : `it has no ${kernel}`);
    return { case: checked, error: undefined, fault: { ...about, kind, error: null, kernel, message } };
  }
  if (!(error <= tolerance)) {
    const shown = Number.isNaN(error) ? 'not a number' : `relative error ${error.toExponential(1)}`;
    const message = line(`${shown}, allowed ${tolerance}`);
    const known = Number.isFinite(error) ? error : null;
    return { case: checked, error, fault: { ...about, kind: 'wrong', error: known, kernel: null, message } };
  }
  const left = tf.memory().numTensors - tensors;
  if (left !== 0) {
    const message = line(`${left} tensors left behind`);
    return { case: checked, error, fault: { ...about, kind: 'leak', error, kernel: null, message } };
  }
  return { case: checked, error, fault: undefined };
}

/** TensorFlow's version where the backend is a binding to it. */
function backendVersion(): string {
  const version = property(property(tf.backend(), 'binding'), 'TF_Version');
  return typeof version === 'string' ? version : tf.version.tfjs;
}

/**
 * Every op and gradient that the packages use, with several shapes, strides and paddings: all of them by default, those
 * with `short` set for a backend that is slow.
 */
export const conformanceCases: readonly ConformanceCase[] = [
  ...convolutions,
  ...poolings,
  ...matrices,
  ...resizings,
  ...arrangements,
  ...reductions,
  ...elementwiseOperations,
  ...conventions,
  ...compositions,
].flatMap(casesOf);
