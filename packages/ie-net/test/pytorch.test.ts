import * as tf from '@tensorflow/tfjs';
import { IeNet, type IeNetConfig, ieNetStage } from '@utad/ie-net';
import { stageWeights, trainableWeights } from '@utad/training';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { relativeError } from '../../../scripts/testing/relative-error';
import spatial from './fixtures/spatial.json';
import vector from './fixtures/vector.json';

interface Fixture {
  config: unknown;
  x: number[];
  positiveNoise: number[];
  negativeNoise: number[];
  weights: Record<string, number[]>;
  outputs: Record<'features' | 'pooled' | 'mean' | 'logVariance' | 'impression' | 'logits', number[]>;
  losses: Record<string, number>;
  gradients: Record<string, number[]>;
  moving: Record<string, number[]>;
  heldOutLosses: Record<string, number>;
}

/** As in the fixtures; written again here, so that a change of the configuration's type is seen by the type checker. */
const config = (bottleneck: 'spatial' | 'vector'): IeNetConfig => ({
  inputSize: [16, 16],
  encoder: [
    { filters: 2, factor: 4 },
    { filters: 2, factor: 2 },
  ],
  decoder: [
    { filters: 2, factor: 2 },
    { filters: 2, factor: 4 },
  ],
  latent: 3,
  mlp: [5, 4],
  discriminator: [6, 5, 4],
  bottleneck,
  outputKernel: 3,
  vectorChannels: 2,
  initialLogVariance: -2,
  loss: { mutualInformation: 1.5, kl: 0.02, reconstruction: 7 },
});

const cases: ['spatial' | 'vector', Fixture][] = [
  ['spatial', spatial],
  ['vector', vector],
];

describe.each(cases)('an IE-Net written in PyTorch agrees, bottleneck %s', (bottleneck, fixture) => {
  let net: IeNet;
  let tensors: number;

  beforeEach(() => {
    tensors = tf.memory().numTensors;
    net = new IeNet(config(bottleneck));
    const trainable = trainableWeights(ieNetStage(net));
    expect([...trainable.keys()].sort()).toEqual(Object.keys(fixture.weights).sort());
    tf.tidy(() => {
      for (const [name, variable] of trainable)
        variable.assign(tf.tensor(fixture.weights[name] ?? [], variable.shape));
    });
  });
  afterEach(() => {
    net.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  const inputs = () => ({
    x: tf.tensor4d(fixture.x, [3, 16, 16, 3]),
    positiveNoise: tf.tensor2d(fixture.positiveNoise, [3, 3]),
    negativeNoise: tf.tensor2d(fixture.negativeNoise, [3, 3]),
  });

  it('on the configuration', () => {
    expect(config(bottleneck)).toEqual(fixture.config);
  });

  it('on what E_M and D_M make of images in training', () => {
    tf.tidy(() => {
      const { x, positiveNoise } = inputs();
      const encoding = net.encode(x, { training: true });
      const { mean, logVariance } = encoding;
      const z = mean.add<tf.Tensor2D>(logVariance.div(2).exp().mul(positiveNoise));
      const found = { ...encoding, impression: net.decode(encoding, z, { training: true }) };
      expect(found.features.shape).toEqual([3, 2, 2, 8]);
      for (const [name, tensor] of Object.entries(found)) {
        const expected = Object.entries(fixture.outputs).find(([key]) => key === name)?.[1] ?? [];
        expect(relativeError(tensor.dataSync(), expected), name).toBeLessThan(1e-5);
      }
    });
  });

  it('on every loss term', () => {
    tf.tidy(() => {
      const { total, terms } = ieNetStage(net).losses(inputs(), true);
      for (const [name, term] of Object.entries({ ...terms, total }))
        expect(relativeError(term.dataSync(), [fixture.losses[name] ?? Number.NaN]), name).toBeLessThan(2e-6);
    });
  });

  it('on the gradient of every weight', () => {
    const stage = ieNetStage(net);
    const trainable = trainableWeights(stage);
    const largest = Math.max(...Object.values(fixture.gradients).flat().map(Math.abs));
    tf.tidy(() => {
      const held = inputs();
      const { grads } = tf.variableGrads(() => stage.losses(held, true).total, [...trainable.values()]);
      for (const [name, variable] of trainable) {
        const found = grads[variable.name]?.dataSync() ?? [];
        const expected = fixture.gradients[name] ?? [];
        expect(relativeError(found, expected, { floor: largest / 100 }), name).toBeLessThan(2e-5);
      }
    });
  });

  it('on moving averages after one step, and on the losses that they give', () => {
    const stage = ieNetStage(net);
    const weights = stageWeights(stage);
    tf.tidy(() => {
      stage.losses(inputs(), true);
      for (const [name, expected] of Object.entries(fixture.moving))
        expect(relativeError(weights.get(name)?.dataSync() ?? [], expected), name).toBeLessThan(1e-6);
      const { total, terms } = stage.losses(inputs(), false);
      for (const [name, term] of Object.entries({ ...terms, total }))
        expect(
          relativeError(term.dataSync(), [fixture.heldOutLosses[name] ?? Number.NaN]),
          name,
        ).toBeLessThan(2e-6);
    });
  });
});
