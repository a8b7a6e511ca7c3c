import * as tf from '@tensorflow/tfjs';
import { AdaIn, adaIn, InstanceNorm, instanceNorm, LayerNorm, layerNorm } from '@utad/layers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { relativeError } from '../../../scripts/testing/relative-error';
import fixture from './fixtures/norms.json';

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

type Apply = (x: tf.Tensor4D, ...others: tf.Tensor[]) => tf.Tensor4D;

interface Case {
  readonly inputs: Record<string, number[]>;
  readonly value: number[];
  readonly gradients: Record<string, number[]>;
}

const shapes: Record<string, number[]> = {
  x: fixture.shape,
  gain: [5],
  bias: [5],
  gamma: [2, 5],
  beta: [2, 5],
};

const cases: [string, Case, Apply][] = [
  ['instance norm', fixture.instanceNorm, (x) => instanceNorm(x)],
  ['layer norm', fixture.layerNorm, (x, gain, bias) => layerNorm(x, tensorOf(gain), tensorOf(bias))],
  [
    'AdaIN',
    fixture.adaIn,
    (x, gamma, beta) => adaIn(x, tensorOf(gamma).as2D(2, 5), tensorOf(beta).as2D(2, 5)),
  ],
];

function tensorOf(value: tf.Tensor | undefined): tf.Tensor {
  if (value === undefined) throw new Error('expected another input');
  return value;
}

describe.each(cases)('PyTorch agrees: %s', (_, { inputs, value, gradients }, apply) => {
  const names = Object.keys(inputs);
  const tensors = () => names.map((name) => tf.tensor(inputs[name] ?? [], shapes[name]));
  const applyTo = ([x, ...others]: tf.Tensor[]) => apply(tensorOf(x).as4D(2, 3, 4, 5), ...others);

  it('on values', () => {
    expect(relativeError(applyTo(tensors()).dataSync(), value)).toBeLessThan(1e-6);
  });

  it('on the gradient of every input', () => {
    const weight = tf.tensor(fixture.weight, fixture.shape);
    const found = tf.grads((...given) => applyTo(given).mul(weight).sum())(tensors());
    for (const [index, name] of names.entries())
      expect(relativeError(found[index]?.dataSync() ?? [], gradients[name] ?? []), name).toBeLessThan(2e-6);
  });
});

describe('by hand', () => {
  /** Two channels of one image: 0 and 2, and 5 and 5. */
  const k = () => tf.tensor4d([0, 5, 2, 5], [1, 1, 2, 2]);
  const rounded = (x: tf.Tensor) => [...x.dataSync()].map((value) => Number(value.toFixed(3)) + 0);

  it('AdaIN gives each channel of each image a mean of β and a deviation of γ; a flat channel has only β', () => {
    const y = adaIn(k(), tf.tensor2d([[3, 7]]), tf.tensor2d([[10, 20]]));
    expect(rounded(y)).toEqual([7, 20, 13, 20]);
  });

  it('instance norm looks at one image at a time', () => {
    const pair = tf.concat([k(), k().mul<tf.Tensor4D>(100)]);
    expect(rounded(instanceNorm(pair))).toEqual([-1, 0, 1, 0, -1, 0, 1, 0]);
  });

  it('layer norm takes height, width and channels together, gain and bias channel by channel', () => {
    // 0, 5, 2, 5: mean 3, variance (9 + 4 + 1 + 4) / 4 = 4.5.
    const y = layerNorm(k(), tf.tensor1d([1, 10]), tf.tensor1d([0, 1]));
    const deviation = Math.sqrt(4.5);
    const expected = [-3 / deviation, 20 / deviation + 1, -1 / deviation, 20 / deviation + 1];
    expect(rounded(y)).toEqual(expected.map((value) => Number(value.toFixed(3))));
  });
});

describe('as layers', () => {
  const shape = [null, 3, 4, 5];

  it('they keep the shape of their input', () => {
    expect(new InstanceNorm({ name: 'a' }).computeOutputShape(shape)).toEqual(shape);
    expect(new LayerNorm({ name: 'b' }).computeOutputShape(shape)).toEqual(shape);
    expect(new AdaIn({ name: 'c' }).computeOutputShape([shape, [null, 5], [null, 5]])).toEqual(shape);
  });

  it('layer norm starts with gains of one and biases of none, which learn', () => {
    const layer = new LayerNorm({ name: 'norm' });
    const x = tf.tensor(fixture.layerNorm.inputs.x, fixture.shape);
    layer.apply(x);
    expect(
      layer.trainableWeights.map((weight) => [weight.originalName, [...weight.read().dataSync()]]),
    ).toEqual([
      ['norm/gain', [1, 1, 1, 1, 1]],
      ['norm/bias', [0, 0, 0, 0, 0]],
    ]);
    layer.dispose();
  });

  it('they refuse what is no batch of maps, by name', () => {
    expect(() => new InstanceNorm({ name: 'lonely' }).call(tf.zeros([2, 3]))).toThrow(
      'lonely: expected a tensor of rank 4, received shape [2,3]',
    );
    const [x, gamma] = [tf.zeros([1, 2, 2, 3]), tf.zeros([1, 3])];
    expect(() => new AdaIn({ name: 'adain' }).call([x, gamma])).toThrow(
      'AdaIN β: expected a tensor of rank 2, received undefined',
    );
  });
});
