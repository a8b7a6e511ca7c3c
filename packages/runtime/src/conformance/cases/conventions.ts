import * as tf from '@tensorflow/tfjs';
import type { Operation } from '../operation';
import { elementwise, elementwise2 } from '../reference/broadcast';

// Where a function has a kink, a gradient is a convention. These are TensorFlow.js's, which every backend must keep, as
// results would otherwise depend on the backend: after a ReLU, values of exactly 0 are many.

interface Kink {
  readonly op: string;
  readonly convention: string;
  readonly run: (x: tf.Tensor) => tf.Tensor;
  readonly reference: (x: number) => number;
  readonly slope: (x: number) => number;
}

const KINKS: readonly Kink[] = [
  {
    op: 'relu',
    convention: 'at 0 the slope is 0',
    run: tf.relu,
    reference: (x) => Math.max(0, x),
    slope: (x) => (x > 0 ? 1 : 0),
  },
  {
    op: 'leakyRelu',
    convention: 'at 0 the slope is that below 0',
    run: (x) => tf.leakyRelu(x, 0.25),
    reference: (x) => (x > 0 ? x : 0.25 * x),
    slope: (x) => (x > 0 ? 1 : 0.25),
  },
  {
    op: 'abs',
    convention: 'at 0 the slope is -1',
    run: tf.abs,
    reference: Math.abs,
    slope: (x) => (x > 0 ? 1 : -1),
  },
  {
    op: 'clipByValue',
    convention: 'at both bounds the slope is 1',
    run: (x) => tf.clipByValue(x, -1, 2),
    reference: (x) => Math.min(2, Math.max(-1, x)),
    slope: (x) => (x >= -1 && x <= 2 ? 1 : 0),
  },
];

const times = (a: number, b: number) => a * b;

function kink({ op, convention, run, reference, slope }: Kink): Operation {
  const values = [0, -1, 2, 0, 1, -3, 3, 0];
  return {
    op,
    label: `[8], ${convention}`,
    inputs: [{ name: 'x', shape: [8], values }],
    run,
    reference: (x) => elementwise(x, reference),
    gradients: { x: (dy, x) => elementwise2(dy, elementwise(x, slope), times) },
    tolerance: 0,
    gradientTolerance: 0,
  };
}

/** Of equal values the first argument is the chosen one. */
function extremum(op: 'maximum' | 'minimum'): Operation {
  const chooses = op === 'maximum' ? (a: number, b: number) => a >= b : (a: number, b: number) => a <= b;
  return {
    op,
    label: '[6] [6], ties: the first input takes all of dy',
    inputs: [
      { name: 'a', shape: [6], values: [1, 0, -2, 3, 0, 5] },
      { name: 'b', shape: [6], values: [1, 0, -3, 4, 0, 5] },
    ],
    run: (a, b) => (op === 'maximum' ? tf.maximum(a, b) : tf.minimum(a, b)),
    reference: (a, b) => elementwise2(a, b, (x, y) => (chooses(x, y) ? x : y)),
    gradients: {
      a: (dy, a, b) =>
        elementwise2(
          dy,
          elementwise2(a, b, (x, y) => (chooses(x, y) ? 1 : 0)),
          times,
        ),
      b: (dy, a, b) =>
        elementwise2(
          dy,
          elementwise2(a, b, (x, y) => (chooses(x, y) ? 0 : 1)),
          times,
        ),
    },
    tolerance: 0,
    gradientTolerance: 0,
  };
}

export const conventions: readonly Operation[] = [
  ...KINKS.map(kink),
  extremum('maximum'),
  extremum('minimum'),
];
