import * as tf from '@tensorflow/tfjs';
import { UpsampleNearest, upsampleNearest } from '@utad/layers';
import { afterEach, beforeEach, expect, it } from 'vitest';

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

/** Two pixels of two channels. */
const pair = () => tf.tensor4d([1, 2, 3, 4], [1, 1, 2, 2]);

it('makes a block of equal pixels of each', () => {
  const y = upsampleNearest(pair(), 2);
  expect(y.shape).toEqual([1, 2, 4, 2]);
  const row = [1, 2, 1, 2, 3, 4, 3, 4];
  expect([...y.dataSync()]).toEqual([...row, ...row]);
});

it('has as gradient the sum over each block, channel by channel', () => {
  // The weights of a 2x4 image of two channels count from 1: pixel (r, c) has 8r + 2c + 1 and 8r + 2c + 2.
  const weights = tf.range(1, 17).reshape([1, 2, 4, 2]);
  const gradient = tf.grad((x) =>
    upsampleNearest(x.as4D(1, 1, 2, 2), 2)
      .mul(weights)
      .sum(),
  )(pair());
  expect([...gradient.dataSync()]).toEqual([
    1 + 3 + 9 + 11,
    2 + 4 + 10 + 12,
    5 + 7 + 13 + 15,
    6 + 8 + 14 + 16,
  ]);
});

it('agrees with finite differences for several images, channels and a factor of 3', () => {
  const x = tf.randomNormal<tf.Rank.R4>([2, 3, 2, 5], 0, 1, 'float32', 1);
  const weights = tf.randomNormal([2, 9, 6, 5], 0, 1, 'float32', 2);
  const loss = (value: tf.Tensor) =>
    upsampleNearest(value.as4D(2, 3, 2, 5), 3)
      .mul(weights)
      .sum();
  const gradient = tf.grad(loss)(x).dataSync();
  // The loss is linear, so a difference of one is as exact as a small one.
  for (const place of [0, 7, 31, 59]) {
    const step = tf.oneHot(tf.scalar(place, 'int32'), 60).reshape(x.shape).toFloat();
    const difference = loss(x.add(step)).sub(loss(x)).dataSync()[0];
    expect(gradient[place]).toBeCloseTo(difference ?? Number.NaN, 3);
  }
});

it('is a layer that knows its shape and its configuration', () => {
  const layer = new UpsampleNearest({ factor: 3, name: 'up' });
  expect(layer.computeOutputShape([null, 4, 5, 6])).toEqual([null, 12, 15, 6]);
  expect(layer.computeOutputShape([null, null, 5, 6])).toEqual([null, null, 15, 6]);
  expect(layer.getConfig()).toMatchObject({ factor: 3, name: 'up' });
});
