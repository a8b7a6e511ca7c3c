import * as tf from '@tensorflow/tfjs';
import { ExpertNet, type ExpertNetConfig, expertNetStage } from '@utad/expert-net';
import { trainableWeights } from '@utad/training';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { relativeError } from '../../../scripts/testing/relative-error';
import fixture from './fixtures/network.json';

const config: ExpertNetConfig = {
  inputSize: [8, 8],
  base: 2,
  downsamplings: 1,
  residualBlocks: 1,
  detail: 3,
  detailFilters: [2, 4],
  paintsOnInput: false,
  mlp: 4,
  loss: { reconstruction: 1.5, naiveImpression: 0.5, detail: 2 },
};

const weights: Record<string, number[]> = fixture.weights;
const gradients: Record<string, number[]> = fixture.gradients;
const losses: Record<string, number> = fixture.losses;

describe('an Expert-Net written in PyTorch agrees', () => {
  let net: ExpertNet;
  let tensors: number;

  beforeEach(() => {
    tensors = tf.memory().numTensors;
    net = new ExpertNet(config);
    tf.tidy(() => {
      for (const [name, variable] of trainableWeights(stage()))
        variable.assign(tf.tensor(weights[name] ?? [], variable.shape));
    });
  });
  afterEach(() => {
    net.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  const x = () => tf.tensor4d(fixture.x, [3, 8, 8, 3]);
  const impression = () => tf.tensor4d(fixture.impression, [3, 8, 8, 3]);
  const stage = () => expertNetStage(net, impression);

  it('on the configuration and the names of all weights', () => {
    expect(config).toEqual({ ...fixture.config, paintsOnInput: false });
    expect([...trainableWeights(stage()).keys()].sort()).toEqual(Object.keys(weights).sort());
  });

  it('on s, x̂ and m̂', () => {
    tf.tidy(() => {
      const detail = net.detail(x());
      const found = {
        detail,
        reconstruction: net.reconstruct(impression(), detail),
        naiveImpression: net.naiveImpression(x()),
      };
      expect(relativeError(found.detail.dataSync(), fixture.outputs.detail)).toBeLessThan(2e-6);
      expect(relativeError(found.reconstruction.dataSync(), fixture.outputs.reconstruction)).toBeLessThan(
        1e-5,
      );
      expect(relativeError(found.naiveImpression.dataSync(), fixture.outputs.naiveImpression)).toBeLessThan(
        1e-5,
      );
    });
  });

  it('on every loss term', () => {
    tf.tidy(() => {
      const { total, terms } = stage().losses(stage().prepare(x(), 0, []), true);
      for (const [name, term] of Object.entries({ ...terms, total }))
        expect(relativeError(term.dataSync(), [losses[name] ?? Number.NaN]), name).toBeLessThan(5e-6);
    });
  });

  it('on the gradient of every weight, the target s of |ŝ - s| standing still', () => {
    const trainable = trainableWeights(stage());
    const largest = Math.max(...Object.values(gradients).flat().map(Math.abs));
    tf.tidy(() => {
      const inputs = stage().prepare(x(), 0, []);
      const { grads } = tf.variableGrads(() => stage().losses(inputs, true).total, [...trainable.values()]);
      for (const [name, variable] of trainable) {
        const found = grads[variable.name]?.dataSync() ?? [];
        // A bias before instance norm has no effect: its gradient is nothing, up to rounding.
        expect(relativeError(found, gradients[name] ?? [], { floor: largest / 100 }), name).toBeLessThan(
          2e-5,
        );
      }
    });
  });

  it('only so: a target that moved would change the gradient of E_S', () => {
    const trainable = trainableWeights(stage());
    const variables = [...trainable.values()];
    tf.tidy(() => {
      const [images, impressions] = [x(), impression()];
      const moving = () =>
        stage().losses({ x: images, impression: impressions, detailTarget: net.detail(images) }, true).total;
      const { grads } = tf.variableGrads(moving, variables);
      const name = 'expert-net-detail/expert-net-detail_conv3/bias';
      const found = grads[trainable.get(name)?.name ?? '']?.dataSync() ?? [];
      expect(relativeError(found, gradients[name] ?? [])).toBeGreaterThan(0.1);
    });
  });
});
