import * as tf from '@tensorflow/tfjs';
import type { ConformanceCase } from './conformance-case';
import { gradientByDifferences, type Reference } from './differences';
import type { NdArray } from './nd-array';
import { numbers, type Range } from './numbers';
import { relativeError } from './relative-error';

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

/** The result of an op and its gradients, a case each. */
export function casesOf(operation: Operation): ConformanceCase[] {
  const {
    op,
    label,
    inputs,
    tolerance,
    gradientTolerance = Math.max(tolerance, DIFFERENCES),
    short = false,
  } = operation;
  const differentiable = operation.differentiable ?? true;
  const named = (what: string) => ({ name: `${op} ${label}, ${what}`, op, what, short });
  return [
    { ...named('forward'), tolerance, run: () => forwardError(operation) },
    ...inputs.flatMap((input, which) =>
      differentiable && (input.differentiable ?? true)
        ? [
            {
              ...named(`gradient of ${input.name}`),
              tolerance: gradientTolerance,
              run: () => gradientError(operation, which),
            },
          ]
        : [],
    ),
  ];
}

async function forwardError({ inputs, run, reference }: Operation): Promise<number> {
  const arrays = inputs.map(arrayOf);
  const expected = reference(...arrays);
  return await compare(() => run(...arrays.map(tensorOf)), expected);
}

async function gradientError(operation: Operation, which: number): Promise<number> {
  const { inputs, run, reference, gradients } = operation;
  const arrays = inputs.map(arrayOf);
  const dy = numbers(reference(...arrays).shape, inputs.length + 1, { from: -1, to: 1 });
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
  return values ? { shape, values: Float64Array.from(values) } : numbers(shape, index + 1, range);
}

function tensorOf({ shape, values }: NdArray): tf.Tensor {
  return tf.tensor(Float32Array.from(values), [...shape], 'float32');
}
