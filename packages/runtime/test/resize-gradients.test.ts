import * as tf from '@tensorflow/tfjs';
import { CORRECTIONS } from '@utad/runtime';
import { findNative, useBackend } from '@utad/runtime/node';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

type Shape = [number, number, number, number];
type Resize = 'resizeNearestNeighbor' | 'resizeBilinear';
type Options = [alignCorners: boolean, halfPixelCenters: boolean];

const native = findNative();

function gradientOf(op: Resize, x: tf.Tensor4D, dy: tf.Tensor4D, [align, half]: Options): tf.Tensor {
  const [, height, width] = dy.shape;
  const resize = (image: tf.Tensor) =>
    tf.image[op](image.as4D(...x.shape), [height, width], align, half)
      .mul(dy)
      .sum();
  return tf.grad(resize)(x);
}

describe.each([
  ['cpu', 'cpu'],
  ['wasm', 'wasm'],
  ['tfjs-node', 'tensorflow'],
] as const)('on %s', (name, backend) => {
  const runs = describe.skipIf(name === 'tfjs-node' && !native);
  runs(name === 'tfjs-node' && !native ? 'skipped, no native TensorFlow is installed' : 'gradients', () => {
    beforeAll(async () => {
      await useBackend({ backend: name });
    });

    test('each pixel receives the sum of the gradients of the pixels copied from it, image by image', () => {
      // Two images of two pixels of two channels, doubled: [2, 1, 2, 2] to [2, 2, 4, 2]. dy counts 1 to 32, so that the
      // first image's upper row is (1 2)(3 4)(5 6)(7 8) and its lower (9 10)(11 12)(13 14)(15 16).
      const dx = tf.tidy(() => {
        const dy = tf.range(1, 33).as4D(2, 2, 4, 2);
        return gradientOf('resizeNearestNeighbor', tf.zeros([2, 1, 2, 2]), dy, [false, false]).dataSync();
      });
      // First pixel: 1 + 3 + 9 + 11 and 2 + 4 + 10 + 12; second: 5 + 7 + 13 + 15 and 6 + 8 + 14 + 16. In the second
      // image each of the four terms is 16 more.
      expect(dx).toEqual(Float32Array.of(24, 28, 40, 44, 88, 92, 104, 108));
    });

    test('half-pixel bilinear resizing of two pixels to four: 1, 3/4, 1/4 and 0 of the first', () => {
      // The four outputs lie at -1/4, 1/4, 3/4 and 5/4 of the way from the first pixel to the second.
      const dx = tf.tidy(() => {
        const dy = tf.tensor4d([1, 10, 100, 1000], [1, 1, 4, 1]);
        return gradientOf('resizeBilinear', tf.zeros([1, 1, 2, 1]), dy, [false, true]).dataSync();
      });
      expect(dx).toEqual(Float32Array.of(1 + 7.5 + 25, 2.5 + 75 + 1000));
    });

    test('the gradient is the adjoint of the resizing, for every size, channel count and option', () => {
      const size = fc.integer({ min: 1, max: 6 });
      const channels = fc.integer({ min: 1, max: 4 });
      fc.assert(
        fc.property(
          fc.constantFrom<Resize>('resizeNearestNeighbor', 'resizeBilinear'),
          fc.tuple(fc.integer({ min: 1, max: 3 }), size, size, channels),
          fc.tuple(size, size),
          fc.constantFrom<Options>([false, false], [true, false], [false, true]),
          fc.integer({ min: 1, max: 1000 }),
          (op, shape: Shape, [newHeight, newWidth], options, seed) => {
            const before = tf.memory().numTensors;
            const [left, right] = tf.tidy(() => {
              const [batch, , , depth] = shape;
              const x = tf.randomUniform<tf.Rank.R4>(shape, -1, 1, 'float32', seed);
              const dy = tf.randomUniform<tf.Rank.R4>(
                [batch, newHeight, newWidth, depth],
                -1,
                1,
                'float32',
                seed + 1,
              );
              const y = tf.image[op](x, [newHeight, newWidth], ...options);
              const dx = gradientOf(op, x, dy, options);
              expect(dx.shape).toEqual(shape);
              return [y.mul(dy).sum().dataSync()[0], dx.mul(x).sum().dataSync()[0]];
            });
            expect(right).toBeCloseTo(left ?? Number.NaN, 4);
            expect(tf.memory().numTensors).toBe(before);
          },
        ),
        { numRuns: 100, seed: 1 },
      );
    });

    test('without the correction of bilinear resizing the half-pixel gradient is wrong, so it is still needed', () => {
      const correction = CORRECTIONS.find((one) => one.name === `${backend}/ResizeBilinearGrad`);
      const gradient = () =>
        tf.tidy(() => {
          const dy = tf.outerProduct(tf.tensor1d([1, 2, 4, 8]), tf.tensor1d([1, 2, 4, 8])).as4D(1, 4, 4, 1);
          return [...gradientOf('resizeBilinear', tf.zeros([1, 2, 2, 1]), dy, [false, true]).dataSync()];
        });
      // Along one axis 1 + 3/4 * 2 + 1/4 * 4 = 3.5 and 1/4 * 2 + 3/4 * 4 + 8 = 11.5.
      const right = [3.5 * 3.5, 3.5 * 11.5, 11.5 * 3.5, 11.5 * 11.5];
      expect(gradient()).toEqual(right);
      correction?.undo();
      expect(gradient()).not.toEqual(right);
      correction?.apply();
      expect(gradient()).toEqual(right);
    });
  });
});
