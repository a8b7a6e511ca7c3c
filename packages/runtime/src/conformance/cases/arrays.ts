import * as tf from '@tensorflow/tfjs';
import type { NdArray } from '../nd-array';
import { type Input, type Operation, ofOne } from '../operation';
import * as exact from '../reference/arrays';

type Pads = readonly [before: number, after: number];

/** Values move and are not computed with; a gradient may add a few. */
const moving = (op: string, shape: readonly number[], label: string) => ({
  ...ofOne(op, shape, label),
  tolerance: 0,
  gradientTolerance: 5e-7,
});

const concatenation = (axis: number, ...shapes: number[][]): Operation => ({
  ...moving('concat', [], `[${shapes.map((shape) => shape.join()).join('] [')}] along axis ${axis}`),
  inputs: shapes.map((shape, index) => ({ name: `part ${index + 1}`, shape })),
  run: (...parts) => tf.concat(parts, axis),
  reference: (...parts) => exact.concat(parts, axis),
});

/** The parts of a split in reverse order, so that each must be the right one. */
function splitting(shape: number[], sizes: number[], axis: number): Operation {
  const begins = sizes.map((_, index) => exact.sum(sizes.slice(0, index)));
  const partOf = (x: NdArray, size: number, index: number) =>
    exact.slice(x, shape.map(() => 0).with(axis, begins[index] ?? 0), shape.with(axis, size));
  return {
    ...moving(
      'split',
      shape,
      `[${shape}] into ${sizes.join(' + ')} along axis ${axis}, put together backwards`,
    ),
    run: (x) => tf.concat(tf.split(x, sizes, axis).toReversed(), axis),
    reference: (x) => exact.concat(sizes.map((size, index) => partOf(x, size, index)).reverse(), axis),
  };
}

function unstacking(shape: number[], axis: number): Operation {
  const backwards = Array.from({ length: shape[axis] ?? 0 }, (_, place) => place).reverse();
  return {
    ...moving('unstack', shape, `[${shape}] along axis ${axis}, stacked backwards`),
    run: (x) => tf.stack(tf.unstack(x, axis).toReversed(), axis),
    reference: (x) => exact.gather(x, backwards, axis),
  };
}

const slicing = (shape: number[], begin: number[], size: number[]): Operation => ({
  ...moving('slice', shape, `[${size}] of [${shape}] from [${begin}]`),
  run: (x) => tf.slice(x, begin, size),
  reference: (x) => exact.slice(x, begin, size),
});

const tiling = (shape: number[], repetitions: number[]): Operation => ({
  ...moving('tile', shape, `[${shape}] by [${repetitions}]`),
  run: (x) => tf.tile(x, repetitions),
  reference: (x) => exact.tile(x, repetitions),
});

const gathering = (shape: number[], chosen: number[], axis: number): Operation => ({
  ...moving('gather', shape, `${chosen.join(' ')} of [${shape}] along axis ${axis}`),
  run: (x) => tf.gather(x, tf.tensor1d(chosen, 'int32'), axis),
  reference: (x) => exact.gather(x, chosen, axis),
});

const mutable = (pads: readonly Pads[]) => pads.map(([before, after]): [number, number] => [before, after]);
const shown = (pads: readonly Pads[]): string => pads.map((pair) => pair.join('+')).join(', ');

const padding = (shape: number[], constant: number, ...pads: Pads[]): Operation => ({
  ...moving('pad', shape, `[${shape}] with ${shown(pads)} of ${constant}`),
  run: (x) => tf.pad(x, mutable(pads), constant),
  reference: (x) => exact.pad(x, pads, constant),
});

const mirroring = (mode: 'reflect' | 'symmetric', shape: number[], ...pads: Pads[]): Operation => ({
  ...moving('mirrorPad', shape, `[${shape}] with ${shown(pads)}, ${mode}`),
  run: (x) => tf.mirrorPad(x, mutable(pads), mode),
  reference: (x) => exact.mirrorPad(x, pads, mode),
});

const reversing = (shape: number[], axes: number[]): Operation => ({
  ...moving('reverse', shape, `[${shape}] along axes ${axes}`),
  run: (x) => tf.reverse(x, axes),
  reference: (x) => exact.reverse(x, axes),
});

const summing = (shape: number[], segments: number[], count: number): Operation => ({
  ...moving('unsortedSegmentSum', shape, `[${shape}] by ${segments.join(' ')} into ${count}`),
  run: (x) => tf.unsortedSegmentSum(x, tf.tensor1d(segments, 'int32'), count),
  reference: (x) => exact.segmentSum(x, segments, count),
  tolerance: 1e-6,
});

const reshaping = (shape: number[], to: number[]): Operation => ({
  ...moving('reshape', shape, `[${shape}] to [${to}]`),
  run: (x) => tf.reshape(x, to),
  reference: (x) => ({ shape: to, values: x.values }),
});

export const arrangements: readonly Operation[] = [
  concatenation(3, [2, 3, 4, 2], [2, 3, 4, 3]),
  concatenation(0, [1, 5], [3, 5], [2, 5]),
  concatenation(0, [3], [1], [4]),
  concatenation(1, [2, 1, 3], [2, 2, 3]),
  splitting([2, 3, 3, 6], [1, 2, 3], 3),
  splitting([5, 4], [2, 3], 0),
  splitting([9], [4, 1, 4], 0),
  unstacking([2, 3, 3, 4], 3),
  unstacking([3, 4], 0),
  slicing([4, 5], [1, 0], [2, 5]),
  slicing([2, 5, 4, 3], [1, 1, 0, 1], [1, 3, 4, 2]),
  slicing([7], [2], [4]),
  tiling([3], [2]),
  tiling([2, 3], [2, 1]),
  tiling([2, 3, 2], [1, 2, 2]),
  tiling([2, 2, 3, 1], [1, 2, 1, 4]),
  tiling([2, 2, 1, 2, 1], [1, 1, 2, 1, 3]),
  tiling([1, 2, 1, 2, 1, 2], [2, 1, 2, 1, 2, 1]),
  gathering([5, 3], [4, 0, 0, 2], 0),
  gathering([2, 6], [5, 1, 1], 1),
  gathering([2, 3, 4, 2], [2, 0], 2),
  padding([2, 3, 4, 2], 0, [0, 0], [1, 2], [2, 1], [0, 0]),
  padding([3, 4], 0.5, [1, 0], [0, 2]),
  padding([5], 0, [2, 3]),
  mirroring('reflect', [2, 4, 5, 2], [0, 0], [1, 2], [2, 1], [0, 0]),
  mirroring('symmetric', [2, 4, 5, 2], [0, 0], [1, 2], [2, 1], [0, 0]),
  mirroring('reflect', [6], [3, 5]),
  mirroring('reflect', [4, 3], [2, 0], [1, 2]),
  mirroring('symmetric', [4, 3], [4, 1], [0, 3]),
  reversing([2, 3, 2, 3], [3]),
  reversing([3, 4], [0, 1]),
  summing([6, 4], [2, 0, 0, 3, 2, 0], 5),
  summing([5], [0, 0, 1, 1, 0], 2),
  reshaping([2, 3, 4], [6, 4]),
];

const TOLERANCE = 5e-6;

function product(a: number[], b: number[], transposes: { a?: boolean; b?: boolean } = {}): Operation {
  const { a: transposeA = false, b: transposeB = false } = transposes;
  return {
    op: 'matMul',
    label: `[${a}]${transposeA ? ' transposed' : ''} by [${b}]${transposeB ? ' transposed' : ''}`,
    inputs: Object.entries({ a, b }).map(([name, shape]) => ({ name, shape })),
    run: (x, y) => tf.matMul(x, y, transposeA, transposeB),
    // Where one product takes part in several, TensorFlow.js has no gradient, and says so.
    differentiable: a.length === 2 || a[0] === b[0],
    reference: (x, y) =>
      exact.matMul(transposeA ? exact.transposed(x) : x, transposeB ? exact.transposed(y) : y),
    tolerance: TOLERANCE,
  };
}

/** A dense layer as one kernel; its activation is one that goes with the bias. */
function dense(
  inputs: readonly Input[],
  activation: 'relu' | 'sigmoid' | 'linear',
  short = false,
): Operation {
  return {
    op: 'fused.matMul',
    label: `[${inputs.map(({ shape }) => shape.join()).join('] [')}], bias, ${activation}`,
    inputs,
    run: (a, b, bias) => tf.fused.matMul({ a, b, bias, activation }),
    reference: (a, b, bias) => {
      const y = exact.elementwise2(exact.matMul(a, b), bias, (sum, shift) => sum + shift);
      if (activation === 'linear') return y;
      return exact.elementwise(y, (value) =>
        activation === 'relu' ? Math.max(0, value) : 1 / (1 + Math.exp(-value)),
      );
    },
    tolerance: TOLERANCE,
    short,
  };
}

const layer = (batch: number, units: number, outputs: number): Input[] => [
  { name: 'a', shape: [batch, units] },
  { name: 'b', shape: [units, outputs] },
  { name: 'bias', shape: [outputs] },
];

const axes = (shape: number[], order: number[]): Operation => ({
  ...ofOne('transpose', shape, `[${shape}] to axes ${order}`),
  run: (x) => tf.transpose(x, order),
  reference: (x) => exact.transpose(x, order),
  tolerance: 0,
});

export const matrices: readonly Operation[] = [
  product([3, 4], [4, 5]),
  product([4, 3], [4, 5], { a: true }),
  product([3, 4], [5, 4], { b: true }),
  product([4, 3], [5, 4], { a: true, b: true }),
  product([1, 7], [7, 1]),
  product([8, 20], [20, 8]),
  product([2, 3, 4], [2, 4, 5]),
  product([2, 4, 3], [2, 4, 5], { a: true }),
  product([2, 3, 4], [2, 5, 4], { b: true }),
  product([1, 3, 4], [3, 4, 2]),
  dense(layer(2, 6, 5), 'relu', true),
  dense(layer(3, 4, 1), 'linear'),
  dense(layer(1, 8, 4), 'sigmoid'),
  axes([3, 4], [1, 0]),
  axes([2, 3, 4], [2, 0, 1]),
  axes([2, 3, 4, 2], [3, 1, 2, 0]),
  axes([2, 2, 3, 2, 2], [0, 1, 3, 2, 4]),
];

const FUNCTIONS = {
  sum: { run: tf.sum, reference: exact.sum, tolerance: 1e-6 },
  mean: { run: tf.mean, reference: exact.mean, tolerance: 1e-6 },
  max: { run: tf.max, reference: exact.max, tolerance: 0 },
  min: { run: tf.min, reference: exact.min, tolerance: 0 },
} as const;

function reduction(
  op: keyof typeof FUNCTIONS,
  shape: readonly number[],
  axes: number[],
  keepDims = false,
  short = false,
): Operation {
  const { run, reference, tolerance } = FUNCTIONS[op];
  return {
    ...ofOne(op, shape, `[${shape}] over axes ${axes}${keepDims ? ', dimensions kept' : ''}`),
    run: (x) => run(x, axes, keepDims),
    reference: (x) => exact.reduce(x, axes, keepDims, reference),
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
        const extremes = exact.reduce(x, [1], true, FUNCTIONS[op].reference);
        const chosen = exact.elementwise2(x, extremes, (value, extreme) => (value === extreme ? 1 : 0));
        return exact.elementwise2(chosen, { shape: [3, 1], values: dy.values }, (one, slope) => one * slope);
      },
    },
  };
}

function moment(which: 'mean' | 'variance', shape: readonly number[], axes: number[]): Operation {
  const variance = (values: readonly number[]) =>
    exact.mean(values.map((value) => (value - exact.mean(values)) ** 2));
  return {
    ...ofOne('moments', shape, `${which} of [${shape}] over axes ${axes}`),
    run: (x) => tf.moments(x, axes, true)[which],
    reference: (x) => exact.reduce(x, axes, true, which === 'mean' ? exact.mean : variance),
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
