import * as tf from '@tensorflow/tfjs';
import type { Images } from '@utad/layers';
import { checkImages } from '@utad/perceptual';
import { describe, expect, it } from 'vitest';

const images = (values: number[]): Images => tf.tensor4d(values, [1, 1, values.length / 3, 3]);

describe('checkImages', () => {
  it('takes every value from 0 to 1, both included, and leaves no tensor behind', async () => {
    const x = images([0, 0.5, 1, 0.25, 0.75, 0]);
    const before = tf.memory().numTensors;
    await checkImages(x);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<[string, number[], string]>([
    ['bytes', [0, 128, 255], 'images: expected values in [0, 1], seen 0 to 255'],
    ['values about 0', [-1, 0, 0.5], 'images: expected values in [0, 1], seen -1 to 0.5'],
    ['values that are all too large', [2, 3, 4], 'images: expected values in [0, 1], seen 2 to 4'],
    ['NaN, wherever it is', [0, Number.NaN, 1], 'images: expected values in [0, 1], seen NaN to NaN'],
  ])('refuses %s with the range seen', async (_, values, message) => {
    await expect(checkImages(images(values))).rejects.toThrow(new RangeError(message));
  });

  it('refuses other shapes and types, by the name that the caller has for them', async () => {
    await expect(checkImages(tf.zeros([1, 8, 8, 1]), 'photo')).rejects.toThrow(
      'photo: expected [B, H, W, 3] of float32, received [1,8,8,1] of float32',
    );
    await expect(checkImages(tf.zeros([1, 8, 8, 3], 'int32'))).rejects.toThrow('received [1,8,8,3] of int32');
  });
});
