import * as tf from '@tensorflow/tfjs';
import { klDivergence, mutualInformationLoss, reconstructionLoss } from '@utad/ie-net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

const value = (scalar: tf.Scalar) => scalar.dataSync()[0];
const column = (...values: number[]) => tf.tensor2d(values, [values.length, 1]);

describe('mutualInformationLoss', () => {
  it('is 2 ln 2 where T knows nothing', () => {
    expect(value(mutualInformationLoss(column(0, 0), column(0, 0)))).toBeCloseTo(2 * Math.log(2), 6);
  });

  it('is -log T of true pairs - log(1 - T) of others, averaged over the batch', () => {
    // T is 0.8 and 0.5 for the true pairs, 0.2 and 0.9 for the others.
    const logits = (...probabilities: number[]) => column(...probabilities.map((p) => Math.log(p / (1 - p))));
    const expected = -(Math.log(0.8) + Math.log(0.5) + Math.log(0.8) + Math.log(0.1)) / 2;
    expect(value(mutualInformationLoss(logits(0.8, 0.5), logits(0.2, 0.9)))).toBeCloseTo(expected, 5);
  });

  it('has gradients T - 1 and T, divided by the batch', () => {
    const loss = (positive: tf.Tensor, negative: tf.Tensor) => mutualInformationLoss(positive, negative);
    const [positive, negative] = tf.grads(loss)([column(0, Math.log(3)), column(0, -Math.log(3))]);
    // T is 1/2 and 3/4, then 1/2 and 1/4.
    for (const [index, expected] of [-1 / 4, -1 / 8].entries())
      expect(positive?.dataSync()[index]).toBeCloseTo(expected, 6);
    for (const [index, expected] of [1 / 4, 1 / 8].entries())
      expect(negative?.dataSync()[index]).toBeCloseTo(expected, 6);
  });

  it('does not overflow, however sure T is', () => {
    expect(value(mutualInformationLoss(column(1000), column(-1000)))).toBe(0);
    expect(value(mutualInformationLoss(column(-1000), column(1000)))).toBe(2000);
    const loss = (positive: tf.Tensor, negative: tf.Tensor) => mutualInformationLoss(positive, negative);
    const [positive, negative] = tf.grads(loss)([column(-1000, 1000), column(1000, -1000)]);
    expect([...(positive?.dataSync() ?? [])]).toEqual([-0.5, -0]);
    expect([...(negative?.dataSync() ?? [])]).toEqual([0.5, 0]);
  });
});

describe('klDivergence', () => {
  it('is nothing for N(0, 1)', () => {
    expect(value(klDivergence(tf.zeros([3, 4]), tf.zeros([3, 4])))).toBe(0);
  });

  it('is summed over z and averaged over the batch', () => {
    // N(2, 1): 4 / 2 = 2. N(0, 4): (4 - 1 - ln 4) / 2 = 0.807. The second image adds nothing.
    const mean = tf.tensor2d([2, 0, 0, 0], [2, 2]);
    const logVariance = tf.tensor2d([0, Math.log(4), 0, 0], [2, 2]);
    expect(value(klDivergence(mean, logVariance))).toBeCloseTo((2 + (3 - Math.log(4)) / 2) / 2, 6);
  });

  it('has gradients mean and (variance - 1) / 2, divided by the batch', () => {
    const loss = (mean: tf.Tensor, logVariance: tf.Tensor) =>
      klDivergence(mean.as2D(2, 1), logVariance.as2D(2, 1));
    const [mean, logVariance] = tf.grads(loss)([column(3, -1), column(Math.log(5), 0)]);
    expect([...(mean?.dataSync() ?? [])]).toEqual([1.5, -0.5]);
    expect(logVariance?.dataSync()[0]).toBeCloseTo(1, 6);
    expect(logVariance?.dataSync()[1]).toBe(0);
  });
});

describe('reconstructionLoss', () => {
  const impression = tf.tensor4d([0, 0.5, 1, 0.25], [2, 1, 2, 1]);
  const x = tf.tensor4d([0.5, 0.25, 0, 0.5], [2, 1, 2, 1]);

  it('is the mean absolute difference over all values', () => {
    expect(value(reconstructionLoss(impression, x))).toBe((0.5 + 0.25 + 1 + 0.25) / 4);
  });

  it('has the sign of the difference as gradient, divided by their number', () => {
    const gradient = tf.grad((m) => reconstructionLoss(m.as4D(2, 1, 2, 1), x))(impression);
    expect([...gradient.dataSync()]).toEqual([-0.25, 0.25, 0.25, -0.25]);
  });
});

it('leaves no tensor but the loss', () => {
  const [a, b] = [tf.ones<tf.Rank.R2>([2, 3]), tf.zeros<tf.Rank.R2>([2, 3])];
  const before = tf.memory().numTensors;
  tf.dispose([
    mutualInformationLoss(a, b),
    klDivergence(a, b),
    reconstructionLoss(a.as4D(2, 1, 1, 3), b.as4D(2, 1, 1, 3)),
  ]);
  // The two reshapes are this test's own.
  expect(tf.memory().numTensors).toBe(before + 2);
});
