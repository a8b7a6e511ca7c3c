import * as tf from '@tensorflow/tfjs';
import type { Input, Operation } from '../operation';
import { elementwise, elementwise2 } from '../reference/broadcast';
import { matMul, transpose, transposed } from '../reference/matrix';

const TOLERANCE = 5e-6;

interface Product {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

function product({ a, b, transposeA = false, transposeB = false }: Product): Operation {
  return {
    op: 'matMul',
    label: `[${a}]${transposeA ? ' transposed' : ''} by [${b}]${transposeB ? ' transposed' : ''}`,
    inputs: [
      { name: 'a', shape: a },
      { name: 'b', shape: b },
    ],
    run: (x, y) => tf.matMul(x, y, transposeA, transposeB),
    // Where one product takes part in several, TensorFlow.js has no gradient, and says so.
    differentiable: a.length === 2 || a[0] === b[0],
    reference: (x, y) => matMul(transposeA ? transposed(x) : x, transposeB ? transposed(y) : y),
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
      const y = elementwise2(matMul(a, b), bias, (sum, shift) => sum + shift);
      if (activation === 'linear') return y;
      return elementwise(y, (value) =>
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

function axes(shape: readonly number[], order: readonly number[]): Operation {
  return {
    op: 'transpose',
    label: `[${shape}] to axes ${order}`,
    inputs: [{ name: 'x', shape }],
    run: (x) => tf.transpose(x, [...order]),
    reference: (x) => transpose(x, order),
    tolerance: 0,
  };
}

export const matrices: readonly Operation[] = [
  product({ a: [3, 4], b: [4, 5] }),
  product({ a: [4, 3], b: [4, 5], transposeA: true }),
  product({ a: [3, 4], b: [5, 4], transposeB: true }),
  product({ a: [4, 3], b: [5, 4], transposeA: true, transposeB: true }),
  product({ a: [1, 7], b: [7, 1] }),
  product({ a: [8, 20], b: [20, 8] }),
  product({ a: [2, 3, 4], b: [2, 4, 5] }),
  product({ a: [2, 4, 3], b: [2, 4, 5], transposeA: true }),
  product({ a: [2, 3, 4], b: [2, 5, 4], transposeB: true }),
  product({ a: [1, 3, 4], b: [3, 4, 2] }),
  dense(layer(2, 6, 5), 'relu', true),
  dense(layer(3, 4, 1), 'linear'),
  dense(layer(1, 8, 4), 'sigmoid'),
  axes([3, 4], [1, 0]),
  axes([2, 3, 4], [2, 0, 1]),
  axes([2, 3, 4, 2], [3, 1, 2, 0]),
  axes([2, 2, 3, 2, 2], [0, 1, 3, 2, 4]),
];
