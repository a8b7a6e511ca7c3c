import * as tf from '@tensorflow/tfjs';
import { standardize } from '@utad/layers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { relativeError } from '../../../scripts/testing/relative-error';
import fixture from './fixtures/standardize.json';

const { epsilon, shape } = fixture;
const input = () => tf.tensor(fixture.x, shape);
const weight = () => tf.tensor(fixture.weight, shape);

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

describe.each(Object.entries(fixture.norms))('PyTorch agrees: %s norm', (_, expected) => {
  const options = { axes: expected.axes, epsilon };

  it('on values', () => {
    const y = standardize(input(), options);
    expect(y.shape).toEqual(shape);
    expect(relativeError(y.dataSync(), expected.value)).toBeLessThan(1e-6);
  });

  it('on the gradient', () => {
    const gradient = tf.grad((x) => standardize(x, options).mul(weight()).sum())(input());
    expect(relativeError(gradient.dataSync(), expected.gradient)).toBeLessThan(2e-6);
  });

  it('on mean and biased variance', () => {
    const seen: Record<string, Float32Array> = {};
    standardize(input(), {
      ...options,
      onStatistics: (mean, variance) => {
        expect(mean.shape).toEqual(shape.map((side, axis) => (expected.axes.includes(axis) ? 1 : side)));
        seen.mean = mean.dataSync<'float32'>();
        seen.variance = variance.dataSync<'float32'>();
      },
    });
    expect(relativeError(seen.mean ?? [], expected.mean)).toBeLessThan(1e-6);
    expect(relativeError(seen.variance ?? [], expected.variance)).toBeLessThan(1e-6);
  });

  it('on the gradient that finite differences give', () => {
    const loss = (x: tf.Tensor) => standardize(x, options).mul(weight()).sum();
    const direction = tf.randomNormal(shape, 0, 1, 'float32', 1);
    const slope = tf.grad(loss)(input()).mul(direction).sum();
    const step = 0.01;
    const ahead = loss(input().add(direction.mul(step)));
    const behind = loss(input().sub(direction.mul(step)));
    const difference = ahead.sub(behind).div(2 * step);
    expect(relativeError(slope.dataSync(), difference.dataSync())).toBeLessThan(5e-3);
  });
});

it('is (x - mean) / sqrt(variance + epsilon), by hand', () => {
  // Mean 3, variance (4 + 0 + 4) / 3.
  const y = standardize(tf.tensor1d([1, 3, 5]), { axes: [0], epsilon: 4 / 3 });
  expect([...y.dataSync()]).toEqual([-1, 0, 1]);
});

it('makes zeros, not NaN, of equal values, and lets no gradient explode', () => {
  const constant = tf.fill([2, 3], 7);
  expect([...standardize(constant, { axes: [1], epsilon: 1e-5 }).dataSync()]).toEqual([0, 0, 0, 0, 0, 0]);
  const gradient = tf.grad((x) => standardize(x, { axes: [1], epsilon: 1e-5 }).sum())(constant);
  expect([...gradient.dataSync()]).toEqual([0, 0, 0, 0, 0, 0]);
});
