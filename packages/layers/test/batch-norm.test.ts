import * as tf from '@tensorflow/tfjs';
import { BatchNorm, type BatchNormOptions, outputsOf, symbolic } from '@utad/layers';
import { expect, it } from 'vitest';

/** Two channels, with batch means 2 and 5 and variances 1 and 4. */
const batch = () => tf.tensor4d([1, 3, 3, 7, 1, 7, 3, 3], [2, 1, 2, 2]);

function model(options: Partial<BatchNormOptions> = {}) {
  const input = tf.input({ shape: [1, 2, 2] });
  const output = symbolic(new BatchNorm({ name: 'norm', epsilon: 0, ...options }).apply(input));
  return tf.model({ inputs: input, outputs: output });
}

function run(net: tf.LayersModel, training: boolean): number[] {
  const values = tf.tidy(() => [...(outputsOf(net, batch(), training)[0]?.dataSync() ?? [])]);
  return values.map((value) => Number(value.toFixed(4)));
}

function weight(net: tf.LayersModel, name: string): number[] {
  const found = net.weights.find(({ originalName }) => originalName === `norm/${name}`);
  return [...(found?.read().dataSync() ?? [])].map((value) => Number(value.toFixed(4)));
}

it('takes the statistics of the batch in training, channel by channel', () => {
  const net = model();
  expect(run(net, true)).toEqual([-1, -1, 1, 1, -1, 1, 1, -1]);
  net.dispose();
});

it('moves its averages a tenth of the way to the mean and the biased variance of each batch', () => {
  const net = model();
  run(net, true);
  expect(weight(net, 'moving_mean')).toEqual([0.2, 0.5]);
  expect(weight(net, 'moving_variance')).toEqual([1, 1.3]);
  run(net, true);
  expect(weight(net, 'moving_mean')).toEqual([0.38, 0.95]);
  expect(weight(net, 'moving_variance')).toEqual([1, 1.57]);
  net.dispose();
});

it('takes the moving averages otherwise, and leaves them as they are', () => {
  const net = model({ momentum: 0 });
  expect(run(net, false)).toEqual([1, 3, 3, 7, 1, 7, 3, 3]);
  expect(weight(net, 'moving_mean')).toEqual([0, 0]);
  run(net, true);
  // With a momentum of 0 they are those of the last batch.
  expect(run(net, false)).toEqual([-1, -1, 1, 1, -1, 1, 1, -1]);
  net.dispose();
});

it('adds epsilon to the variance', () => {
  const net = model({ epsilon: 3 });
  // (1 - 2) / sqrt(1 + 3), (3 - 5) / sqrt(4 + 3)
  expect(run(net, true).slice(0, 2)).toEqual([-0.5, -0.7559]);
  net.dispose();
});

it('trains gain and bias, or has none that learn', () => {
  const net = model();
  expect(net.trainableWeights.map(({ originalName }) => originalName)).toEqual(['norm/gain', 'norm/bias']);
  net.layers[1]?.setWeights([tf.tensor1d([2, 3]), tf.tensor1d([10, 20]), tf.zeros([2]), tf.ones([2])]);
  expect(run(net, true).slice(0, 4)).toEqual([8, 17, 12, 23]);
  net.dispose();
  const plain = model({ affine: false });
  expect(plain.trainableWeights).toEqual([]);
  expect(run(plain, true).slice(0, 4)).toEqual([-1, -1, 1, 1]);
  plain.dispose();
});

it('holds no tensors but its weights', () => {
  const before = tf.memory().numTensors;
  const net = model();
  const built = tf.memory().numTensors;
  run(net, true);
  run(net, false);
  expect(tf.memory().numTensors).toBe(built);
  net.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
