import * as tf from '@tensorflow/tfjs';
import { useBackend } from '@utad/runtime/node';
import { beforeAll, expect, test } from 'vitest';

beforeAll(async () => {
  await useBackend({ backend: 'wasm' });
});

test('rows of one segment are added, and segments without rows are zero', () => {
  const sums = tf.tidy(() =>
    tf
      .unsortedSegmentSum(tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]), tf.tensor1d([2, 0, 2], 'int32'), 4)
      .arraySync(),
  );
  expect(sums).toEqual([
    [3, 4],
    [0, 0],
    [6, 8],
    [0, 0],
  ]);
});

test('ids out of range count nowhere', () => {
  const before = tf.memory().numTensors;
  const sums = tf.tidy(() =>
    tf.unsortedSegmentSum(tf.tensor1d([1, 2, 4, 8]), tf.tensor1d([-1, 1, 2, 0], 'int32'), 2).arraySync(),
  );
  expect(sums).toEqual([8, 2]);
  expect(tf.memory().numTensors).toBe(before);
});

test('gather has a gradient: what was taken twice receives both', () => {
  const gradient = tf.tidy(() =>
    tf
      .grad((x: tf.Tensor) =>
        tf
          .gather(x, tf.tensor1d([1, 1, 2], 'int32'))
          .mul(tf.tensor2d([[1], [2], [4]]))
          .sum(),
      )(tf.zeros([3, 1]))
      .arraySync(),
  );
  expect(gradient).toEqual([[0], [3], [4]]);
});

test('gather along another axis has one too', () => {
  const gradient = tf.tidy(() =>
    tf
      .grad((x: tf.Tensor) => tf.gather(x, tf.tensor1d([0, 0], 'int32'), 1).sum())(tf.zeros([2, 3]))
      .arraySync(),
  );
  expect(gradient).toEqual([
    [2, 0, 0],
    [2, 0, 0],
  ]);
});
