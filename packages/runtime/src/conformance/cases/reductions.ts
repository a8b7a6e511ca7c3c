import * as tf from '@tensorflow/tfjs';
import type { Operation } from '../operation';
import { elementwise2 } from '../reference/broadcast';
import { max, mean, min, reduce, sum } from '../reference/reduce';

const FUNCTIONS = {
  sum: { run: tf.sum, reference: sum, tolerance: 1e-6 },
  mean: { run: tf.mean, reference: mean, tolerance: 1e-6 },
  max: { run: tf.max, reference: max, tolerance: 0 },
  min: { run: tf.min, reference: min, tolerance: 0 },
} as const;

function reduction(
  op: keyof typeof FUNCTIONS,
  shape: readonly number[],
  axes: readonly number[],
  keepDims = false,
  short = false,
): Operation {
  const { run, reference, tolerance } = FUNCTIONS[op];
  const kept = keepDims ? ', dimensions kept' : '';
  return {
    op,
    label: `[${shape}] over axes ${axes}${kept}`,
    inputs: [{ name: 'x', shape }],
    run: (x) => run(x, [...axes], keepDims),
    reference: (x) => reduce(x, axes, keepDims, reference),
    tolerance,
    short,
  };
}

/** `dy` of a maximum goes to every value that is equal to it. */
function tied(op: 'max' | 'min'): Operation {
  const values = [1, 3, 3, 0, -2, -2, 5, 5, 5];
  return {
    ...reduction(op, [3, 3], [1]),
    label: `[3,3] over axes 1, ties: every one of them takes all of dy`,
    inputs: [{ name: 'x', shape: [3, 3], values }],
    gradientTolerance: 0,
    gradients: {
      x: (dy, x) => {
        const extremes = reduce(x, [1], true, FUNCTIONS[op].reference);
        const chosen = elementwise2(x, extremes, (value, extreme) => (value === extreme ? 1 : 0));
        return elementwise2(chosen, { shape: [3, 1], values: dy.values }, (one, slope) => one * slope);
      },
    },
  };
}

function moment(which: 'mean' | 'variance', shape: readonly number[], axes: readonly number[]): Operation {
  const variance = (values: readonly number[]) => mean(values.map((value) => (value - mean(values)) ** 2));
  return {
    op: 'moments',
    label: `${which} of [${shape}] over axes ${axes}`,
    inputs: [{ name: 'x', shape }],
    run: (x) => tf.moments(x, [...axes], true)[which],
    reference: (x) => reduce(x, axes, true, which === 'mean' ? mean : variance),
    tolerance: 2e-6,
  };
}

export const reductions: readonly Operation[] = [
  reduction('sum', [2, 3, 4, 2], [3], true, true),
  reduction('sum', [2, 3, 4, 2], [0, 1, 2]),
  reduction('sum', [4, 5], [1]),
  reduction('sum', [4, 5], [0], true),
  reduction('sum', [3, 4, 2], [0, 1, 2]),
  reduction('mean', [2, 4, 4, 3], [1, 2], true, true),
  reduction('mean', [2, 4, 4, 3], [0, 1, 2], true),
  reduction('mean', [2, 4, 4, 3], [1, 2, 3], true),
  reduction('mean', [2, 3, 5], [1, 2]),
  reduction('mean', [3, 4], [0]),
  reduction('mean', [7], [0]),
  reduction('max', [2, 4, 5], [1, 2]),
  reduction('max', [3, 6], [1]),
  reduction('max', [2, 3, 2, 3], [0, 3], true),
  reduction('min', [2, 4, 5], [1, 2]),
  reduction('min', [3, 6], [0], true),
  tied('max'),
  tied('min'),
  moment('mean', [2, 4, 4, 3], [0, 1, 2]),
  moment('variance', [2, 4, 4, 3], [0, 1, 2]),
  moment('variance', [2, 5, 3, 2], [1, 2]),
  moment('variance', [2, 3, 3, 2], [1, 2, 3]),
];
