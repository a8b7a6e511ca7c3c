import * as tf from '@tensorflow/tfjs';
import type { NdArray } from '../nd-array';
import { type Operation, ofOne } from '../operation';
import { elementwise, elementwise2, mean, reduce } from '../reference/arrays';

type Shape = readonly number[];

interface Unary {
  readonly run: (x: tf.Tensor) => tf.Tensor;
  readonly reference: (x: number) => number;
  /** Default -3 to 3. */
  readonly range?: { readonly from: number; readonly to: number };
  /** Of functions of a table, a series or a power; 0 of those that choose. */
  readonly tolerance: number;
  readonly gradientTolerance?: number;
  readonly differentiable?: boolean;
  readonly short?: boolean;
}

const POSITIVE = { from: 0.1, to: 4 } as const;
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

const UNARY: Readonly<Record<string, Unary>> = {
  relu: { run: tf.relu, reference: (x) => Math.max(0, x), tolerance: 0 },
  leakyRelu: {
    run: (x) => tf.leakyRelu(x, 0.1),
    reference: (x) => (x > 0 ? x : 0.1 * x),
    tolerance: 1e-7,
    short: true,
  },
  sigmoid: { run: tf.sigmoid, reference: sigmoid, tolerance: 5e-6, short: true },
  softplus: { run: tf.softplus, reference: (x) => Math.log1p(Math.exp(x)), tolerance: 5e-6 },
  tanh: { run: tf.tanh, reference: Math.tanh, tolerance: 5e-6 },
  exp: { run: tf.exp, reference: Math.exp, tolerance: 5e-6 },
  log: { run: tf.log, reference: Math.log, range: POSITIVE, tolerance: 5e-6 },
  sqrt: { run: tf.sqrt, reference: Math.sqrt, range: POSITIVE, tolerance: 5e-6 },
  rsqrt: { run: tf.rsqrt, reference: (x) => 1 / Math.sqrt(x), range: POSITIVE, tolerance: 5e-6 },
  square: { run: tf.square, reference: (x) => x * x, tolerance: 1e-6 },
  neg: { run: tf.neg, reference: (x) => -x, tolerance: 0 },
  abs: { run: tf.abs, reference: Math.abs, tolerance: 0 },
  round: { run: tf.round, reference: roundHalfToEven, differentiable: false, tolerance: 0 },
  clipByValue: {
    run: (x) => tf.clipByValue(x, -1.25, 2),
    reference: (x) => Math.min(2, Math.max(-1.25, x)),
    tolerance: 0,
  },
  step: {
    run: (x) => tf.step(x),
    reference: (x) => (x > 0 ? 1 : 0),
    differentiable: false,
    tolerance: 0,
  },
};

/** As IEEE 754 rounds: -1.5, which is among the numbers, to -2. */
function roundHalfToEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

function unary([op, { reference, range = { from: -3, to: 3 }, ...rest }]: [string, Unary]): Operation[] {
  return [[2, 3, 4, 3], [13]].map((shape, index) => ({
    ...rest,
    op,
    label: `[${shape}]`,
    inputs: [{ name: 'x', shape, range }],
    reference: (x) => elementwise(x, reference),
    short: index === 0 && rest.short === true,
  }));
}

/** Large and small arguments, where a careless formula overflows or loses all digits. */
function extreme(op: 'softplus' | 'sigmoid'): Operation {
  const values = [-80, -30, -10, -1, -1e-3, 0, 1e-3, 1, 10, 30, 80];
  const given = UNARY[op];
  if (given === undefined) throw new RangeError(`no ${op}`);
  const slope = op === 'softplus' ? sigmoid : (x: number) => sigmoid(x) * sigmoid(-x);
  return {
    op,
    label: 'of -80 to 80',
    inputs: [{ name: 'x', shape: [values.length], values }],
    run: given.run,
    reference: (x) => elementwise(x, given.reference),
    gradients: { x: (dy, x) => elementwise2(dy, elementwise(x, slope), (a, b) => a * b) },
    tolerance: 5e-6,
  };
}

const BINARY = {
  add: { run: tf.add, reference: (a: number, b: number) => a + b, tolerance: 1e-6 },
  sub: { run: tf.sub, reference: (a: number, b: number) => a - b, tolerance: 1e-6 },
  mul: { run: tf.mul, reference: (a: number, b: number) => a * b, tolerance: 1e-6 },
  div: { run: tf.div, reference: (a: number, b: number) => a / b, tolerance: 2e-6 },
  pow: { run: tf.pow, reference: (a: number, b: number) => a ** b, tolerance: 1e-5 },
  maximum: { run: tf.maximum, reference: (a: number, b: number) => Math.max(a, b), tolerance: 0 },
  minimum: { run: tf.minimum, reference: (a: number, b: number) => Math.min(a, b), tolerance: 0 },
  squaredDifference: {
    run: tf.squaredDifference,
    reference: (a: number, b: number) => (a - b) ** 2,
    tolerance: 2e-6,
  },
} as const;

function binary(op: keyof typeof BINARY, a: Shape, b: Shape, short = false): Operation {
  const { run, reference, tolerance } = BINARY[op];
  const positive = op === 'div' || op === 'pow';
  // TensorFlow.js has no gradient with respect to what these repeat, and says so.
  const repeats = String(a) !== String(b) && (op === 'maximum' || op === 'minimum');
  const noGradient = repeats ? { differentiable: false } : {};
  return {
    op,
    label: `[${a}] [${b}]`,
    inputs: [
      { name: 'a', shape: a, range: positive ? POSITIVE : { from: -2, to: 2 } },
      // Another range, or as many numbers would be the same ones.
      {
        name: 'b',
        shape: b,
        ...noGradient,
        range: positive ? { from: 0.5, to: 3 } : { from: -1.9, to: 2.17 },
      },
    ],
    run: (x, y) => run(x, y),
    reference: (x, y) => elementwise2(x, y, reference),
    tolerance,
    gradientTolerance: Math.max(tolerance, 1e-6),
    short,
  };
}

/** Broadcasts of the networks: a gain a channel, a statistic an image, a number. */
const BROADCASTS: readonly { readonly a: Shape; readonly b: Shape }[] = [
  { a: [2, 3, 2, 3], b: [2, 3, 2, 3] },
  { a: [2, 3, 2, 3], b: [3] },
  { a: [2, 3, 2, 3], b: [2, 1, 1, 3] },
  { a: [], b: [2, 4] },
  { a: [5], b: [] },
];

const asNumber = (truth: tf.Tensor) => tf.cast(truth, 'float32');

/** Which comparison a kernel of truth values makes; they have no gradient. */
function choice(
  op: string,
  run: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  reference: (a: number, b: number) => boolean,
): Operation {
  return {
    op,
    label: '[6] [6], equal ones among them',
    inputs: [
      { name: 'a', shape: [6], values: [-1, 0, 2, 2, -3, 0.5] },
      { name: 'b', shape: [6], values: [-1, 1, 2, -2, 3, 0.25] },
    ],
    run: (a, b) => asNumber(run(a, b)),
    reference: (a, b) => elementwise2(a, b, (x, y) => Number(reference(x, y))),
    differentiable: false,
    tolerance: 0,
  };
}

function sum(count: number): Operation {
  return {
    op: 'addN',
    label: `[3,4] ${count} times`,
    inputs: Array.from({ length: count }, (_, index) => ({ name: `term ${index + 1}`, shape: [3, 4] })),
    run: (...terms) => tf.addN(terms),
    reference: (first, ...rest) =>
      rest.reduce((total, term) => elementwise2(total, term, (x, y) => x + y), first),
    // One gradient is like another.
    differentiable: count <= 3,
    tolerance: 1e-6,
  };
}

const bothPositive = (a: tf.Tensor, b: tf.Tensor) => tf.logicalAnd(tf.greater(a, 0), tf.greater(b, 0));

export const elementwiseOperations: readonly Operation[] = [
  ...Object.entries(UNARY).flatMap(unary),
  extreme('softplus'),
  extreme('sigmoid'),
  ...BROADCASTS.flatMap(({ a, b }, index) => [
    binary('add', a, b),
    binary('sub', a, b),
    binary('mul', a, b, index === 1),
    binary('div', a, b),
  ]),
  binary('pow', [2, 3], [2, 3]),
  binary('pow', [7], []),
  binary('maximum', [2, 3, 4], [2, 3, 4]),
  binary('maximum', [2, 6], []),
  binary('minimum', [2, 3, 4], [2, 3, 4]),
  binary('minimum', [2, 6], []),
  binary('squaredDifference', [2, 6], [2, 6]),
  choice('greater', tf.greater, (a, b) => a > b),
  choice('greaterEqual', tf.greaterEqual, (a, b) => a >= b),
  choice('less', tf.less, (a, b) => a < b),
  choice('lessEqual', tf.lessEqual, (a, b) => a <= b),
  choice('equal', tf.equal, (a, b) => a === b),
  choice('logicalAnd', bothPositive, (a, b) => a > 0 && b > 0),
  {
    op: 'where',
    label: '[2,6] where the first is above 0',
    inputs: [
      { name: 'condition', shape: [2, 6], differentiable: false },
      { name: 'a', shape: [2, 6] },
      { name: 'b', shape: [2, 6] },
    ],
    run: (condition, a, b) => tf.where(tf.greater(condition, 0), a, b),
    reference: (condition, a, b) => {
      const isChosen = elementwise(condition, (value) => Number(value > 0));
      const chosen = elementwise2(isChosen, a, (is, value) => (is === 1 ? value : Number.NaN));
      return elementwise2(chosen, b, (value, other) => (Number.isNaN(value) ? other : value));
    },
    tolerance: 0,
  },
  sum(3),
  // More than a GPU program may read buffers.
  sum(20),
  {
    op: 'isNaN',
    label: '[6], one not a number',
    inputs: [{ name: 'x', shape: [6], values: [0, 1, Number.NaN, -1, Number.POSITIVE_INFINITY, 2] }],
    run: (x) => asNumber(tf.isNaN(x)),
    reference: (x) => elementwise(x, (value) => (Number.isNaN(value) ? 1 : 0)),
    differentiable: false,
    tolerance: 0,
  },
  {
    op: 'fill',
    label: '[2,3] with 0.5',
    inputs: [],
    run: () => tf.fill([2, 3], 0.5),
    reference: () => ({ shape: [2, 3], values: new Float64Array(6).fill(0.5) }),
    differentiable: false,
    tolerance: 0,
  },
];

// Where a function has a kink, a gradient is a convention. These are TensorFlow.js's, which every backend must keep, as
// results would otherwise depend on the backend: after a ReLU, values of exactly 0 are many.

const times = (a: number, b: number) => a * b;

function kink(
  op: string,
  convention: string,
  run: (x: tf.Tensor) => tf.Tensor,
  [reference, slope]: readonly [(x: number) => number, (x: number) => number],
): Operation {
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

const KINKS: readonly Operation[] = [
  kink('relu', 'at 0 the slope is 0', tf.relu, [(x) => Math.max(0, x), (x) => (x > 0 ? 1 : 0)]),
  kink('leakyRelu', 'at 0 the slope is that below 0', (x) => tf.leakyRelu(x, 0.25), [
    (x) => (x > 0 ? x : 0.25 * x),
    (x) => (x > 0 ? 1 : 0.25),
  ]),
  kink('abs', 'at 0 the slope is -1', tf.abs, [Math.abs, (x) => (x > 0 ? 1 : -1)]),
  kink('clipByValue', 'at both bounds the slope is 1', (x) => tf.clipByValue(x, -1, 2), [
    (x) => Math.min(2, Math.max(-1, x)),
    (x) => (x >= -1 && x <= 2 ? 1 : 0),
  ]),
];

/** Of equal values the first argument is the chosen one. */
function extremum(op: 'maximum' | 'minimum'): Operation {
  const chooses = (a: number, b: number) => (op === 'maximum' ? a >= b : a <= b);
  /** dy where the first is chosen, or where it is not. */
  const slope = (first: boolean) => (dy: NdArray, a: NdArray, b: NdArray) =>
    elementwise2(
      dy,
      elementwise2(a, b, (x, y) => (chooses(x, y) === first ? 1 : 0)),
      times,
    );
  return {
    op,
    label: '[6] [6], ties: the first input takes all of dy',
    inputs: [
      { name: 'a', shape: [6], values: [1, 0, -2, 3, 0, 5] },
      { name: 'b', shape: [6], values: [1, 0, -3, 4, 0, 5] },
    ],
    run: (a, b) => (op === 'maximum' ? tf.maximum(a, b) : tf.minimum(a, b)),
    reference: (a, b) => elementwise2(a, b, (x, y) => (chooses(x, y) ? x : y)),
    gradients: { a: slope(true), b: slope(false) },
    tolerance: 0,
    gradientTolerance: 0,
  };
}

export const conventions: readonly Operation[] = [...KINKS, extremum('maximum'), extremum('minimum')];

/** (x - mean) / sqrt(variance + epsilon): batch, instance and layer norm differ in the axes. */
function standardization(
  norm: string,
  shape: readonly number[],
  axes: number[],
  epsilon: number,
  short = false,
): Operation {
  return {
    ...ofOne('standardize', shape, `as ${norm} norm, [${shape}] over axes ${axes}`),
    run: (x) => {
      const centred = tf.sub(x, tf.mean(x, axes, true));
      const variance = tf.mean(tf.square(centred), axes, true);
      return tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon)));
    },
    reference: (x) => {
      const centred = elementwise2(x, reduce(x, axes, true, mean), (a, b) => a - b);
      const variances = reduce(
        elementwise(centred, (value) => value ** 2),
        axes,
        true,
        mean,
      );
      return elementwise2(centred, variances, (value, variance) => value / Math.sqrt(variance + epsilon));
    },
    tolerance: 5e-6,
    short,
  };
}

export const compositions: readonly Operation[] = [
  standardization('batch', [2, 3, 4, 3], [0, 1, 2], 1e-3, true),
  standardization('batch', [5, 6], [0], 1e-3),
  standardization('instance', [2, 4, 4, 3], [1, 2], 1e-5),
  standardization('layer', [2, 3, 4, 3], [1, 2, 3], 1e-5),
  {
    op: 'sigmoid',
    label: 'of a logit and a change, [2,3,3,2]: painting on an image',
    inputs: [
      { name: 'image', shape: [2, 3, 3, 2], range: { from: 0.05, to: 0.95 } },
      { name: 'change', shape: [2, 3, 3, 2] },
    ],
    run: (image, change) => tf.sigmoid(tf.add(tf.log(tf.div(image, tf.sub(1, image))), change)),
    reference: (image, change) =>
      elementwise2(image, change, (x, c) => 1 / (1 + Math.exp(-(Math.log(x / (1 - x)) + c)))),
    tolerance: 5e-6,
  },
];
