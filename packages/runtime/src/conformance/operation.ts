import * as tf from '@tensorflow/tfjs';
import { distinctNumbers, type NdArray, type Range } from './nd-array';

/** One thing that a backend must get right: an op's result, or its gradient with respect to one input. */
export interface ConformanceCase {
  /** Says everything that sets this case apart: `'conv2d 3x3 stride 2 same, [2,7,6,3] to 8 channels, gradient of x'`. */
  readonly name: string;
  /** The function of TensorFlow.js, such as `conv2d`. */
  readonly op: string;
  /** `'forward'`, or `'gradient of '` and the name of an input. */
  readonly what: string;
  /** What {@link run} may return at most. 0 for ops that only move values. */
  readonly tolerance: number;
  /** Among the few that stand for all, for backends that are slow. */
  readonly short: boolean;
  /**
   * Computes on TensorFlow.js's current backend and in float64.
   *
   * @returns The largest difference over the largest expected value; NaN where a value is not a number.
   * @throws Error of TensorFlow.js where an op cannot be run.
   */
  run(): Promise<number>;
}

/** How far differences in float64 are from a gradient at most. */
const DIFFERENCES = 1e-7;

/** An input of an op: numbers of a range (default -1 to 1), or given ones. */
export interface Input {
  readonly name: string;
  readonly shape: readonly number[];
  readonly range?: Range;
  /** Instead of a range, where a case is about certain values. */
  readonly values?: readonly number[];
  /** Default true. */
  readonly differentiable?: boolean;
}

/** An op with its inputs, and what it must give. */
export interface Operation {
  readonly op: string;
  /** What sets it apart from other cases of the op. */
  readonly label: string;
  readonly inputs: readonly Input[];
  readonly run: (...tensors: tf.Tensor[]) => tf.Tensor;
  readonly reference: Reference;
  /**
   * Gradients in float64 by the name of the input, from the inputs and dy. Those of other inputs are taken by
   * differences of the reference.
   */
  readonly gradients?: Readonly<Record<string, (dy: NdArray, ...inputs: NdArray[]) => NdArray>>;
  /** Default true. */
  readonly differentiable?: boolean;
  readonly tolerance: number;
  /** Default that of the result, or what differences in float64 allow. */
  readonly gradientTolerance?: number;
  /** Whether its cases are among the short ones; default false. */
  readonly short?: boolean;
}

/** An op of one input, called x. */
export const ofOne = (op: string, shape: readonly number[], label: string) => ({
  op,
  label,
  inputs: [{ name: 'x', shape }],
});

/** The result of an op and its gradients, a case each. */
export function casesOf(operation: Operation): ConformanceCase[] {
  const { op, label, inputs, tolerance, short = false, differentiable = true } = operation;
  const { gradientTolerance = Math.max(tolerance, DIFFERENCES) } = operation;
  const named = (what: string) => ({ name: `${op} ${label}, ${what}`, op, what, short });
  const gradients = inputs.flatMap((input, which) => {
    if (!differentiable || input.differentiable === false) return [];
    const run = () => gradientError(operation, which);
    return [{ ...named(`gradient of ${input.name}`), tolerance: gradientTolerance, run }];
  });
  return [{ ...named('forward'), tolerance, run: () => forwardError(operation) }, ...gradients];
}

async function forwardError({ inputs, run, reference }: Operation): Promise<number> {
  const arrays = inputs.map(arrayOf);
  const expected = reference(...arrays);
  return await compare(() => run(...arrays.map(tensorOf)), expected);
}

async function gradientError(operation: Operation, which: number): Promise<number> {
  const { inputs, run, reference, gradients } = operation;
  const arrays = inputs.map(arrayOf);
  const dy = distinctNumbers(reference(...arrays).shape, inputs.length + 1, { from: -1, to: 1 });
  const written = gradients?.[inputs[which]?.name ?? ''];
  const expected = written ? written(dy, ...arrays) : gradientByDifferences(reference, arrays, which, dy);
  return await compare(() => {
    const tensors = arrays.map(tensorOf);
    const [before, after] = [tensors.slice(0, which), tensors.slice(which + 1)];
    const input = tensors[which];
    if (input === undefined) throw new RangeError(`no input ${which}`);
    // Only this input's gradient is asked for, so that a missing one says nothing of the others.
    return tf.grad((x) => run(...before, x, ...after))(input, tensorOf(dy));
  }, expected);
}

async function compare(compute: () => tf.Tensor, expected: NdArray): Promise<number> {
  const result = tf.tidy(compute);
  try {
    if (String(result.shape) !== String(expected.shape)) {
      throw new Error(`expected a result of shape [${expected.shape}], received [${result.shape}]`);
    }
    return relativeError(await result.data(), expected.values);
  } finally {
    result.dispose();
  }
}

function arrayOf({ shape, range = { from: -1, to: 1 }, values }: Input, index: number): NdArray {
  return values ? { shape, values: Float64Array.from(values) } : distinctNumbers(shape, index + 1, range);
}

function tensorOf({ shape, values }: NdArray): tf.Tensor {
  return tf.tensor(Float32Array.from(values), [...shape], 'float32');
}

/** Less than the distance of any two numbers of a case, and enough to lose no digits in float64. */
const STEP = 1e-5;
/** Of the largest slope: what a slope may change within two steps before it counts as a kink. */
const KINK = 1e-2;

/** A function of several arrays. */
type Reference = (...inputs: NdArray[]) => NdArray;

/**
 * The gradient of `Σ dy f(inputs)` with respect to one of the inputs, by central differences in float64.
 *
 * @throws Error where f has a kink: no difference is the gradient there, and the case is at fault.
 */
export function gradientByDifferences(
  f: Reference,
  inputs: readonly NdArray[],
  which: number,
  dy: NdArray,
): NdArray {
  const input = inputs[which];
  if (input === undefined) throw new RangeError(`expected one of ${inputs.length} inputs, received ${which}`);
  const values = Float64Array.from(input.values);
  const moved = inputs.map((array, index) => (index === which ? { shape: array.shape, values } : array));
  const total = () => dot(f(...moved), dy);

  const here = total();
  const gradient = new Float64Array(values.length);
  const bends = new Float64Array(values.length);
  for (const [index, value] of input.values.entries()) {
    values[index] = value + STEP;
    const above = total();
    values[index] = value - STEP;
    const below = total();
    values[index] = value;
    gradient[index] = (above - below) / (2 * STEP);
    bends[index] = Math.abs(above - here - (here - below)) / STEP;
  }
  const steepest = gradient.reduce((largest, slope) => Math.max(largest, Math.abs(slope)), 0);
  const kink = bends.findIndex((bend) => bend > KINK * steepest);
  if (kink >= 0) throw new Error(`the reference has a kink at value ${kink} of input ${which}`);
  return { shape: input.shape, values: gradient };
}

/** Σ a b, in the order of the values. */
function dot(a: NdArray, b: NdArray): number {
  if (a.values.length !== b.values.length) {
    throw new RangeError(`expected ${b.values.length} values, received ${a.values.length}`);
  }
  let sum = 0;
  for (const [index, value] of a.values.entries()) sum += value * (b.values[index] ?? 0);
  return sum;
}

/**
 * The largest difference over the largest expected value, or the largest difference where only zeros are expected. NaN
 * where a result is not a number.
 */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) {
    throw new RangeError(`expected ${expected.length} values, received ${actual.length}`);
  }
  let largest = 0;
  let difference = 0;
  for (let index = 0; index < expected.length; index++) {
    const value = expected[index] ?? Number.NaN;
    const distance = Math.abs(value - (actual[index] ?? Number.NaN));
    if (Number.isNaN(distance)) return Number.NaN;
    largest = Math.max(largest, Math.abs(value));
    difference = Math.max(difference, distance);
  }
  return largest === 0 ? difference : difference / largest;
}
