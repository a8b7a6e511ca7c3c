import * as tf from '@tensorflow/tfjs';
import { correctCpuResizeGradient } from '@utad/runtime';
import { useBackend } from '@utad/runtime/node';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';

type Shape = [number, number, number, number];

beforeAll(async () => {
  await useBackend({ backend: 'cpu' });
});

function gradientOfResize(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  alignCorners: boolean,
  halfPixelCenters: boolean,
): tf.Tensor {
  const [, height, width] = dy.shape;
  const resize = (image: tf.Tensor) =>
    tf.image.resizeNearestNeighbor(image.as4D(...x.shape), [height, width], alignCorners, halfPixelCenters);
  return tf.tidy(() => tf.grad((image) => resize(image).mul(dy).sum())(x));
}

test('each pixel receives the sum of the gradients of the pixels copied from it, image by image', async () => {
  // Two images of two pixels of two channels, doubled: [2, 1, 2, 2] to [2, 2, 4, 2]. dy counts 1 to 32, so that the
  // first image's upper row is (1 2)(3 4)(5 6)(7 8) and its lower (9 10)(11 12)(13 14)(15 16).
  const x = tf.zeros<tf.Rank.R4>([2, 1, 2, 2]);
  const counting = Array.from({ length: 32 }, (_, i) => i + 1);
  const dy = tf.tensor4d(counting, [2, 2, 4, 2]);
  const dx = gradientOfResize(x, dy, false, false);
  // First pixel: 1 + 3 + 9 + 11 and 2 + 4 + 10 + 12; second: 5 + 7 + 13 + 15 and 6 + 8 + 14 + 16. In the second
  // image each of the four terms is 16 more.
  expect(await dx.data()).toEqual(Float32Array.of(24, 28, 40, 44, 88, 92, 104, 108));
  tf.dispose([x, dy, dx]);
});

test('the gradient is the adjoint of the resizing, for every size, channel count and option', () => {
  const size = fc.integer({ min: 1, max: 6 });
  fc.assert(
    fc.property(
      fc.tuple(fc.integer({ min: 1, max: 3 }), size, size, fc.integer({ min: 1, max: 4 })),
      fc.tuple(size, size),
      fc.constantFrom<[boolean, boolean]>([false, false], [true, false], [false, true]),
      fc.integer({ min: 1, max: 1000 }),
      ([batch, height, width, channels], [newHeight, newWidth], [alignCorners, halfPixelCenters], seed) => {
        const before = tf.memory().numTensors;
        const [left, right] = tf.tidy(() => {
          const shape: Shape = [batch, height, width, channels];
          const outer: Shape = [batch, newHeight, newWidth, channels];
          const x = tf.randomUniform<tf.Rank.R4>(shape, -1, 1, 'float32', seed);
          const dy = tf.randomUniform<tf.Rank.R4>(outer, -1, 1, 'float32', seed + 1);
          const y = tf.image.resizeNearestNeighbor(x, [newHeight, newWidth], alignCorners, halfPixelCenters);
          const dx = gradientOfResize(x, dy, alignCorners, halfPixelCenters);
          return [y.mul(dy).sum().dataSync()[0] ?? Number.NaN, dx.mul(x).sum().dataSync()[0] ?? Number.NaN];
        });
        expect(right).toBeCloseTo(left ?? Number.NaN, 4);
        expect(tf.memory().numTensors).toBe(before);
      },
    ),
  );
});

test('correcting twice leaves the first correction in place', () => {
  const kernel = tf.getKernel('ResizeNearestNeighborGrad', 'cpu');
  correctCpuResizeGradient();
  expect(tf.getKernel('ResizeNearestNeighborGrad', 'cpu')).toBe(kernel);
});
