import * as tf from '@tensorflow/tfjs';
import { correctBackend, uncorrectBackend } from '@utad/runtime';
import { useBackend } from '@utad/runtime/node';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';

beforeAll(async () => {
  await useBackend({ backend: 'cpu' });
});

/** `<f(x), dy>` and `<x, gradient>`, which are equal for a linear f. */
function bothProducts(shape: number[], op: (x: tf.Tensor) => tf.Tensor): [number, number] {
  const before = tf.memory().numTensors;
  const products = tf.tidy((): [number, number] => {
    const x = tf.randomUniform(shape, -1, 1, 'float32', 1);
    const y = op(x);
    const dy = tf.randomUniform(y.shape, -1, 1, 'float32', 2);
    const dx = tf.grad((input: tf.Tensor) => op(input).mul(dy).sum())(x);
    expect(dx.shape).toEqual(shape);
    const product = (a: tf.Tensor, b: tf.Tensor) => a.mul(b).sum().dataSync()[0] ?? Number.NaN;
    return [product(y, dy), product(x, dx)];
  });
  expect(tf.memory().numTensors).toBe(before);
  return products;
}

test('what reflection copies into the border comes back in the gradient', () => {
  // (1 2 3) by one on each side is (2 1 2 3 2): the middle one is there three times.
  const gradient = (mode: 'reflect' | 'symmetric') =>
    tf.tidy(() =>
      tf
        .grad((x: tf.Tensor) => tf.mirrorPad(x, [[1, 1]], mode).sum())(tf.tensor1d([1, 2, 3]))
        .arraySync(),
    );
  expect(gradient('reflect')).toEqual([1, 3, 1]);
  expect(gradient('symmetric')).toEqual([2, 1, 2]);
});

test('without the correction it does not, so it is still needed', () => {
  uncorrectBackend('cpu');
  const gradient = tf.tidy(() =>
    tf
      .grad((x: tf.Tensor) => tf.mirrorPad(x, [[1, 1]], 'reflect').sum())(tf.tensor1d([1, 2, 3]))
      .arraySync(),
  );
  correctBackend('cpu');
  expect(gradient).toEqual([1, 1, 1]);
});

test('the gradient of mirrored padding is its adjoint, on every axis and in both modes', () => {
  const axis = fc
    .integer({ min: 2, max: 5 })
    .chain((side) =>
      fc.tuple(
        fc.constant(side),
        fc.integer({ min: 0, max: side - 1 }),
        fc.integer({ min: 0, max: side - 1 }),
      ),
    );
  fc.assert(
    fc.property(
      fc.array(axis, { minLength: 1, maxLength: 4 }),
      fc.constantFrom<'reflect' | 'symmetric'>('reflect', 'symmetric'),
      (axes, mode) => {
        const paddings = axes.map(([, before, after]): [number, number] => [before, after]);
        const [left, right] = bothProducts(
          axes.map(([side]) => side),
          (x) => tf.mirrorPad(x, paddings, mode),
        );
        expect(right).toBeCloseTo(left, 4);
      },
    ),
    { numRuns: 60, seed: 1 },
  );
});

test('tile has a gradient at every rank: the sum over the copies', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })), {
        minLength: 1,
        maxLength: 6,
      }),
      (axes) => {
        const [left, right] = bothProducts(
          axes.map(([side]) => side),
          (x) =>
            tf.tile(
              x,
              axes.map(([, copies]) => copies),
            ),
        );
        expect(right).toBeCloseTo(left, 4);
      },
    ),
    { numRuns: 60, seed: 1 },
  );
});

test('without the correction tile has none at rank 5', () => {
  uncorrectBackend('cpu');
  const gradient = () =>
    tf.tidy(() => tf.grad((x: tf.Tensor) => tf.tile(x, [1, 1, 1, 1, 2]))(tf.zeros([1, 1, 1, 1, 1])));
  expect(gradient).toThrow();
  correctBackend('cpu');
});
