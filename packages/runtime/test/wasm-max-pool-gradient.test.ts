import * as tf from '@tensorflow/tfjs';
import { useBackend } from '@utad/runtime/node';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { maxPoolGradient, type Shape } from './plain-gradients';

beforeAll(async () => {
  await useBackend({ backend: 'wasm' });
});

interface Case {
  readonly values: readonly number[];
  readonly input: Shape;
  readonly size: [number, number];
  readonly strides: [number, number];
  readonly padding: 'same' | 'valid';
}

/** Gradient by the backend and by the definition; dy counts from 1, so that sums are exact. */
function gradients({ values, input, size, strides, padding }: Case) {
  const before = tf.memory();
  const result = tf.tidy(() => {
    const x = tf.tensor4d([...values], input);
    const pool = (image: tf.Tensor) => tf.maxPool(image.as4D(...input), size, strides, padding);
    const outputs = pool(x).shape;
    const dy = tf.range(1, tf.util.sizeFromShape(outputs) + 1).reshape(outputs);
    const dx = tf.grad((image: tf.Tensor) => pool(image).mul(dy).sum())(x);
    const { padInfo } = tf.backend_util.computePool2DInfo(input, size, strides, 1, padding);
    const expected = maxPoolGradient(values, input, size, dy.dataSync(), outputs, {
      strides,
      before: [padInfo.top, padInfo.left],
    });
    return { received: [...dx.dataSync()], expected: [...expected] };
  });
  expect(tf.memory().numTensors).toBe(before.numTensors);
  expect(tf.memory().numBytes).toBe(before.numBytes);
  return result;
}

test('of two equal maxima the first, row by row, receives the gradient', () => {
  // In a window (0 1 / 1 0) the first maximum is above on the right; below on the left comes first by columns.
  const { received } = gradients({
    values: [0, 1, 1, 0],
    input: [1, 2, 2, 1],
    size: [2, 2],
    strides: [2, 2],
    padding: 'valid',
  });
  expect(received).toEqual([0, 1, 0, 0]);
});

test('windows of negative values pass their gradient on', () => {
  const { received } = gradients({
    values: [-4, -1, -3, -2],
    input: [1, 2, 2, 1],
    size: [2, 2],
    strides: [2, 2],
    padding: 'valid',
  });
  expect(received).toEqual([0, 1, 0, 0]);
});

test('it is the gradient by definition for every size, window, stride and padding, ties included', () => {
  const upTo = (max: number) => fc.integer({ min: 1, max });
  const arbitrary = fc
    .record({
      input: fc.tuple(upTo(3), fc.integer({ min: 4, max: 9 }), fc.integer({ min: 4, max: 9 }), upTo(3)),
      size: fc.tuple(upTo(4), upTo(4)),
      strides: fc.tuple(upTo(4), upTo(4)),
      padding: fc.constantFrom<'same' | 'valid'>('same', 'valid'),
    })
    .filter(({ size }) => size[0] * size[1] > 1)
    .chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        // Few different values, so that most windows have ties, and most of them below zero.
        values: fc.array(fc.integer({ min: -3, max: 1 }), {
          minLength: tf.util.sizeFromShape(shape.input),
          maxLength: tf.util.sizeFromShape(shape.input),
        }),
      }),
    );
  fc.assert(
    fc.property(arbitrary, ({ shape, values }) => {
      const { received, expected } = gradients({ ...shape, values });
      expect(received).toEqual(expected);
    }),
    { numRuns: 120, seed: 1 },
  );
});
