import * as tf from '@tensorflow/tfjs';
import { meanAbsoluteError } from '@utad/expert-net';
import { afterEach, beforeEach, expect, it } from 'vitest';

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

const a = () => tf.tensor2d([1, 2, 3, 4], [2, 2]);
const b = () => tf.tensor2d([3, 1, 0, 4.5], [2, 2]);

it('is the mean of absolute differences', () => {
  expect(meanAbsoluteError(a(), b()).dataSync()[0]).toBe((2 + 1 + 3 + 0.5) / 4);
});

it('has a gradient of the sign over the number of values, for either side', () => {
  const [left, right] = tf.grads((p, q) => meanAbsoluteError(p, q))([a(), b()]);
  expect([...(left?.dataSync() ?? [])]).toEqual([-0.25, 0.25, 0.25, -0.25]);
  expect([...(right?.dataSync() ?? [])]).toEqual([0.25, -0.25, -0.25, 0.25]);
});
