import * as tf from '@tensorflow/tfjs';
import type { Operation } from '../operation';
import { elementwise, elementwise2 } from '../reference/broadcast';

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
const BROADCASTS: readonly (readonly [Shape, Shape])[] = [
  [
    [2, 3, 2, 3],
    [2, 3, 2, 3],
  ],
  [[2, 3, 2, 3], [3]],
  [
    [2, 3, 2, 3],
    [2, 1, 1, 3],
  ],
  [[], [2, 4]],
  [[5], []],
];

/** Which comparison a kernel of truth values makes; they have no gradient. */
function choice(op: string, run: Operation['run'], reference: (a: number, b: number) => number): Operation {
  const values = [-1, 0, 2, 2, -3, 0.5];
  const others = [-1, 1, 2, -2, 3, 0.25];
  return {
    op,
    label: '[6] [6], equal ones among them',
    inputs: [
      { name: 'a', shape: [6], values },
      { name: 'b', shape: [6], values: others },
    ],
    run,
    reference: (a, b) => elementwise2(a, b, reference),
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

const asNumber = (truth: tf.Tensor) => tf.cast(truth, 'float32');

export const elementwiseOperations: readonly Operation[] = [
  ...Object.entries(UNARY).flatMap(unary),
  extreme('softplus'),
  extreme('sigmoid'),
  ...BROADCASTS.flatMap(([a, b], index) => [
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
  choice(
    'greater',
    (a, b) => asNumber(tf.greater(a, b)),
    (a, b) => (a > b ? 1 : 0),
  ),
  choice(
    'greaterEqual',
    (a, b) => asNumber(tf.greaterEqual(a, b)),
    (a, b) => (a >= b ? 1 : 0),
  ),
  choice(
    'less',
    (a, b) => asNumber(tf.less(a, b)),
    (a, b) => (a < b ? 1 : 0),
  ),
  choice(
    'lessEqual',
    (a, b) => asNumber(tf.lessEqual(a, b)),
    (a, b) => (a <= b ? 1 : 0),
  ),
  choice(
    'equal',
    (a, b) => asNumber(tf.equal(a, b)),
    (a, b) => (a === b ? 1 : 0),
  ),
  choice(
    'logicalAnd',
    (a, b) => asNumber(tf.logicalAnd(tf.greater(a, 0), tf.greater(b, 0))),
    (a, b) => (a > 0 && b > 0 ? 1 : 0),
  ),
  {
    op: 'where',
    label: '[2,6] where the first is above 0',
    inputs: [
      { name: 'condition', shape: [2, 6], differentiable: false },
      { name: 'a', shape: [2, 6] },
      { name: 'b', shape: [2, 6] },
    ],
    run: (condition, a, b) => tf.where(tf.greater(condition, 0), a, b),
    reference: (condition, a, b) => ({
      shape: a.shape,
      values: a.values.map((value, place) =>
        (condition.values[place] ?? 0) > 0 ? value : (b.values[place] ?? 0),
      ),
    }),
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
