import * as tf from '@tensorflow/tfjs';
import { CORRECTIONS, correctBackend, uncorrectBackend } from '@utad/runtime';
import { useBackend } from '@utad/runtime/node';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { relativeError } from './plain-gradients';

beforeAll(async () => {
  await useBackend({ backend: 'wasm' });
});

/** What an op gives with the corrections and without them; no tensor may be left over either way. */
function bothWays(op: () => tf.Tensor[]): { corrected: number[]; stock: number[]; shapes: string[] } {
  const run = () => {
    const before = tf.memory();
    const values = tf.tidy(() => {
      const outputs = op();
      return {
        numbers: outputs.flatMap((y) => [...y.dataSync()]),
        shape: outputs.map((y) => y.shape).join('; '),
      };
    });
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numBytes).toBe(before.numBytes);
    return values;
  };
  correctBackend('wasm');
  const corrected = run();
  uncorrectBackend('wasm');
  const stock = run();
  correctBackend('wasm');
  return { corrected: corrected.numbers, stock: stock.numbers, shapes: [corrected.shape, stock.shape] };
}

/** The same numbers in the same shapes, up to rounding where sums are taken in another order. */
function expectSame(op: () => tf.Tensor[], tolerance = 0): void {
  const { corrected, stock, shapes } = bothWays(op);
  expect(shapes[0]).toBe(shapes[1]);
  if (tolerance === 0) expect(corrected).toEqual(stock);
  else expect(relativeError(corrected, stock)).toBeLessThan(tolerance);
}

const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 });
const counting = (shape: number[], dtype: 'float32' | 'int32' = 'float32') =>
  tf.range(1, tf.util.sizeFromShape(shape) + 1, 1, dtype).reshape(shape);
const numeric = fc.constantFrom<'float32' | 'int32'>('float32', 'int32');

test('parts of tensors of every rank are the same', () => {
  const slices = shapes.chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      bounds: fc.tuple(
        ...shape.map((side) =>
          fc.tuple(fc.integer({ min: 0, max: side }), fc.integer({ min: 0, max: side })),
        ),
      ),
    }),
  );
  fc.assert(
    fc.property(slices, numeric, ({ shape, bounds }, dtype) => {
      const begin = bounds.map(([a, b]) => Math.min(a, b));
      const size = bounds.map(([a, b]) => Math.abs(a - b));
      expectSame(() => [counting(shape, dtype).slice(begin, size)]);
    }),
    { numRuns: 100, seed: 1 },
  );
});

test('a part that begins at a number, or has no size, is the same', () => {
  expectSame(() => [
    tf.slice(counting([6, 2]), 2),
    tf.slice(counting([6]), [3]),
    tf.slice(counting([6]), 1, 2),
  ]);
});

test('a part of a tensor of strings is taken as before', () => {
  const words = tf.tidy(() => [...tf.slice(tf.tensor1d(['a', 'b', 'c', 'd']), 1, 2).dataSync()]);
  expect(words).toEqual(['b', 'c']);
});

test('splits and joins along every axis are the same, in equal parts and in others', () => {
  const along = shapes.chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      axis: fc.integer({ min: 0, max: shape.length - 1 }),
      parts: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
      equal: fc.boolean(),
    }),
  );
  fc.assert(
    fc.property(along, numeric, ({ shape, axis, parts, equal }, dtype) => {
      const sides = equal ? parts.map(() => parts[0] ?? 1) : parts;
      const whole = shape.map((side, i) => (i === axis ? sides.reduce((sum, part) => sum + part, 0) : side));
      expectSame(() => tf.split(counting(whole, dtype), sides, axis));
      expectSame(() => [
        tf.concat(
          sides.map((part, index) =>
            counting(
              shape.map((side, i) => (i === axis ? part : side)),
              dtype,
            ).add(tf.scalar(1000 * index, dtype)),
          ),
          axis,
        ),
      ]);
    }),
    { numRuns: 100, seed: 1 },
  );
});

test('means and sums over every choice of axes are the same', () => {
  const reductions = shapes.chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      axes: fc.subarray(
        shape.map((_, axis) => axis),
        { minLength: 1 },
      ),
      keepDims: fc.boolean(),
    }),
  );
  fc.assert(
    fc.property(reductions, numeric, ({ shape, axes, keepDims }, dtype) => {
      expectSame(() => [tf.sum(counting(shape, dtype), axes, keepDims)], 1e-6);
      expectSame(() => [tf.mean(counting(shape, dtype), axes, keepDims)], 1e-6);
    }),
    { numRuns: 100, seed: 1 },
  );
});

test('a mean over a prime number of pixels is the same', () => {
  expectSame(() => [tf.mean(counting([2, 1009, 3]), 1)], 1e-5);
});

test('the gradient of a leaky ReLU is the same, at zero too', () => {
  expectSame(() => [tf.grad((x: tf.Tensor) => tf.leakyRelu(x, 0.1))(tf.tensor1d([-2, -0.5, 0, 0.5, 2]))]);
});

test('the gradient of a convolution by its input is the same', () => {
  expectSame(() => {
    const x = tf.randomUniform<tf.Rank.R4>([2, 9, 8, 3], -1, 1, 'float32', 1);
    const filter = tf.randomUniform<tf.Rank.R4>([4, 3, 3, 5], -1, 1, 'float32', 2);
    const dy = tf.randomUniform<tf.Rank.R4>([2, 5, 4, 5], -1, 1, 'float32', 3);
    return [
      tf
        .engine()
        .runKernel<tf.Tensor>(
          'Conv2DBackpropInput',
          { dy, filter },
          { strides: [2, 2], pad: 'same', dataFormat: 'NHWC', inputShape: x.shape },
        ),
    ];
  }, 1e-6);
});

test('every correction that is only about speed is compared here', () => {
  const slow = CORRECTIONS.filter(({ backend, defect }) => backend === 'wasm' && defect === 'slow');
  expect(slow.map(({ op }) => op).sort()).toEqual(
    ['Concat', 'Conv2DBackpropInput', 'LeakyRelu', 'Mean', 'Slice', 'SplitV', 'Sum'].sort(),
  );
});
