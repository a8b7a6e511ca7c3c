import * as tf from '@tensorflow/tfjs';
import { useBackend } from '@utad/runtime/node';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { convolutionGradients, relativeError, type Shape } from './plain-gradients';

beforeAll(async () => {
  await useBackend({ backend: 'wasm', training: true });
});

type Padding = 'same' | 'valid' | number;
interface Case {
  readonly input: Shape;
  readonly kernel: [number, number];
  readonly strides: [number, number];
  readonly padding: Padding;
  readonly filters: number;
}

/** The larger relative error of both gradients against float64. */
function errorOf({ input, kernel, strides, padding, filters }: Case): number {
  const filterShape: Shape = [...kernel, input[3], filters];
  const before = tf.memory();
  const error = tf.tidy(() => {
    const x = tf.randomUniform<tf.Rank.R4>(input, -1, 1, 'float32', 1);
    const filter = tf.randomUniform<tf.Rank.R4>(filterShape, -1, 1, 'float32', 2);
    const convolve = (image: tf.Tensor, weights: tf.Tensor) =>
      tf.conv2d(image.as4D(...input), weights.as4D(...filterShape), strides, padding);
    const y = convolve(x, filter);
    const dy = tf.randomUniform<tf.Rank.R4>(y.shape, -1, 1, 'float32', 3);
    const [dx, dw] = tf.grads((image, weights) => convolve(image, weights).mul(dy).sum())([x, filter]);
    const { padInfo } = tf.backend_util.computeConv2DInfo(input, filterShape, strides, 1, padding);
    const expected = convolutionGradients(
      x.dataSync(),
      input,
      filter.dataSync(),
      filterShape,
      dy.dataSync(),
      y.shape,
      { strides, before: [padInfo.top, padInfo.left] },
    );
    return Math.max(
      relativeError(dx?.dataSync() ?? [], expected.dx),
      relativeError(dw?.dataSync() ?? [], expected.dw),
    );
  });
  expect(tf.memory().numTensors).toBe(before.numTensors);
  expect(tf.memory().numBytes).toBe(before.numBytes);
  return error;
}

const square = (
  input: Shape,
  side: number,
  stride: number,
  filters: number,
  padding: Padding = 'same',
): Case => ({
  input,
  kernel: [side, side],
  strides: [stride, stride],
  padding,
  filters,
});

describe('gradients of convolutions on wasm are those of float64', () => {
  test.each([
    ['3x3', square([8, 16, 16, 8], 3, 1, 8)],
    ['5x5, few filters', square([2, 12, 12, 6], 5, 1, 3)],
    ['4x4 with stride 2, as Expert-Net halves', square([8, 16, 16, 3], 4, 2, 5)],
    ['7x7 of three channels, two pixels of dX at once', square([2, 16, 16, 3], 7, 1, 4)],
    ['5x5 to three filters, five taps of dW at once', square([8, 16, 16, 16], 5, 1, 3)],
    ['7x7 to three filters, as Expert-Net ends', square([4, 16, 16, 8], 7, 1, 3)],
    ['so many rows that they are taken in bands', square([2, 128, 96, 1], 3, 1, 16)],
    ['bands of a convolution with stride 2, the last one shorter', square([2, 246, 128, 1], 4, 2, 32)],
    ['1x1 to fewer channels', square([8, 8, 8, 6], 1, 1, 2)],
    ['1x1 to more channels', square([8, 8, 8, 2], 1, 1, 6)],
    ['1x1 with stride 2', square([2, 7, 7, 3], 1, 2, 4)],
    ['a batch of one, cut into strips', square([1, 32, 16, 4], 3, 1, 4)],
    ['a batch of three with stride 2, cut into strips', square([3, 32, 16, 4], 4, 2, 4)],
    ['as many values as put a transposition on top of itself', square([8, 32, 32, 2], 3, 1, 16)],
    ['more padding than kernel', square([2, 5, 5, 2], 1, 1, 3, 1)],
    ['much more padding than kernel, with a stride', square([2, 5, 5, 2], 2, 3, 3, 4)],
    ['a stride larger than the kernel', square([2, 9, 9, 2], 2, 3, 3, 'valid')],
    ['a kernel that leaves the last rows unread', square([2, 8, 8, 2], 3, 3, 2, 'valid')],
  ])('%s', (_, sample) => {
    // The longest sums have 24,576 terms.
    expect(errorOf(sample)).toBeLessThan(5e-6);
  });

  test('for every size, kernel, stride and padding', () => {
    const small = (max: number) => fc.integer({ min: 1, max });
    fc.assert(
      fc.property(
        fc.tuple(small(5), fc.integer({ min: 5, max: 12 }), fc.integer({ min: 5, max: 12 }), small(5)),
        fc.tuple(small(5), small(5)),
        fc.tuple(small(3), small(3)),
        fc.constantFrom<Padding>('same', 'valid'),
        small(5),
        (input, kernel, strides, padding, filters) => {
          expect(errorOf({ input, kernel, strides, padding, filters })).toBeLessThan(2e-6);
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });
});

test('a gradient of a gradient goes through', () => {
  // y = w x for one pixel: the gradient of (dy/dx)^2 = w^2 by w is 2 w.
  const x = tf.tensor4d([3], [1, 1, 1, 1]);
  const filter = tf.tensor4d([5], [1, 1, 1, 1]);
  const second = tf.tidy(() => {
    const slope = (weights: tf.Tensor4D) =>
      tf.grad((image: tf.Tensor) => tf.conv2d(image.as4D(1, 1, 1, 1), weights, 1, 'same'))(x);
    return tf.grad((weights: tf.Tensor) =>
      slope(weights.as4D(1, 1, 1, 1))
        .square()
        .sum(),
    )(filter);
  });
  expect(second.dataSync()).toEqual(Float32Array.of(10));
  tf.dispose([x, filter, second]);
});

test('channels before pixels are refused as in the forward pass', () => {
  const x = tf.zeros<tf.Rank.R4>([1, 1, 2, 2]);
  const run = () =>
    tf
      .engine()
      .runKernel(
        'Conv2DBackpropFilter',
        { x, dy: x },
        { strides: 1, pad: 'same', dataFormat: 'NCHW', filterShape: [1, 1, 1, 1] },
      );
  expect(run).toThrow('Conv2DBackpropFilter: expected dataFormat NHWC, received NCHW');
  x.dispose();
});
