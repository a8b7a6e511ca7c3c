import * as tf from '@tensorflow/tfjs';
import { measureSpeed } from '@utad/runtime/conformance';
import { useBackend } from '@utad/runtime/node';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { convolutionSpeed, flopOf, medianSeconds } from '../src/measure';

beforeAll(async () => {
  await useBackend({ backend: 'cpu' });
});

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

/** A tensor that takes so long to make, at least. */
function after(milliseconds: number): tf.Tensor {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
  return tf.zeros([2, 2]);
}

it('takes the median, so that one slow run in four changes nothing', async () => {
  let runs = 0;
  const seconds = await medianSeconds(() => after(runs++ % 4 === 3 ? 120 : 40), { budgetSeconds: 1.5 });
  expect(runs).toBeGreaterThan(6);
  expect(seconds).toBeGreaterThanOrEqual(0.04);
  expect(seconds).toBeLessThan(0.1);
});

it('runs what is over its budget once', async () => {
  let runs = 0;
  const seconds = await medianSeconds(
    () => {
      runs += 1;
      return after(60);
    },
    { budgetSeconds: 0.01 },
  );
  expect(runs).toBe(1);
  expect(seconds).toBeGreaterThanOrEqual(0.06);
});

it('ends where it is told to', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(medianSeconds(() => after(0), { budgetSeconds: 1, signal })).rejects.toThrow('enough');
});

it('counts a multiplication and an addition for every product', () => {
  // 2 images of 4x5 places, 3x3x6 products for each of 7 filters.
  expect(flopOf({ input: [2, 4, 5, 6], kernel: 3, filters: 7 })).toBe(2 * 20 * 54 * 7 * 2);
});

it('says of a backend without a filter gradient that it has none, and its speed forward', async () => {
  const kernel = 'Conv2DBackpropFilter';
  const original = tf.getKernel(kernel, 'cpu');
  tf.unregisterKernel(kernel, 'cpu');
  try {
    const speed = await convolutionSpeed(
      { input: [1, 4, 4, 2], kernel: 3, filters: 2 },
      { budgetSeconds: 0.2 },
    );
    expect(speed.gradients).toBeNull();
    expect(speed.forward).toBeGreaterThan(0);
  } finally {
    tf.registerKernel(original);
  }
});

it('measures two convolutions, forward and with gradients, and the bandwidth', async () => {
  const { gflops, convolutions, bandwidth } = await measureSpeed({ seconds: 0.6 });
  expect(convolutions.map(({ kernel, filters }) => [kernel, filters])).toEqual([
    [3, 64],
    [5, 32],
  ]);
  // Plain JavaScript: more than a thousandth of a GFLOP/s, less than any processor has in one thread.
  expect(gflops.forward).toBeGreaterThan(1e-3);
  expect(gflops.forward).toBeLessThan(200);
  expect(gflops.gradients).toBeGreaterThan(1e-4);
  expect(gflops.gradients).toBeLessThan(200);
  expect(bandwidth).toBeGreaterThan(1e-2);
  expect(bandwidth).toBeLessThan(1000);
  // Both took part: what is together lies between the two.
  const forward = convolutions.map((each) => each.forward);
  expect(gflops.forward).toBeGreaterThanOrEqual(Math.min(...forward));
  expect(gflops.forward).toBeLessThanOrEqual(Math.max(...forward));
});
