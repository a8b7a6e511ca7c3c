import * as tf from '@tensorflow/tfjs';
import { ExpertNet } from '@utad/expert-net';
import { IeNet } from '@utad/ie-net';
import { TwoStage, type TwoStageConfig, twoStageConfig, twoStagePresets } from '@utad/two-stage';
import { describe, expect, it } from 'vitest';
import { tiny, vgg19 } from './tiny';

describe('the presets', () => {
  it.each(Object.entries(twoStagePresets))('%s is valid as it stands, and survives JSON', (_, preset) => {
    expect(twoStageConfig.parse(JSON.parse(JSON.stringify(preset)))).toEqual(preset);
  });

  it('have the sizes that they promise', () => {
    const sizes = Object.entries(twoStagePresets).map(([name, { ieNet }]) => [name, ieNet.inputSize]);
    expect(sizes).toEqual([
      ['small', [64, 64]],
      ['fast', [128, 128]],
      ['paper', [256, 256]],
    ]);
  });

  it('paper has the parameters of Table 4, 16.77 million, within 3 %', () => {
    const networks = [new IeNet(twoStagePresets.paper.ieNet), new ExpertNet(twoStagePresets.paper.expertNet)];
    const total = networks.reduce((sum, network) => sum + network.countParams(), 0);
    for (const network of networks) network.dispose();
    expect(Math.abs(total / 16.77e6 - 1)).toBeLessThan(0.03);
    expect(total).toBe(16_872_034);
  });

  it('paper trains as the paper says', () => {
    const { ieNet, expertNet } = twoStagePresets.paper.training;
    expect(ieNet).toMatchObject({
      epochs: 200,
      batchSize: 4,
      optimizer: { kind: 'sgd', learningRate: 1e-3, momentum: 0.9 },
    });
    expect(expertNet).toMatchObject({
      epochs: 200,
      batchSize: 4,
      optimizer: { kind: 'adam', learningRate: 1e-3 },
    });
  });
});

describe('a configuration that is not valid is refused, and the key is named', () => {
  const change = <K extends keyof TwoStageConfig>(part: K, values: object) => ({
    ...tiny,
    [part]: { ...tiny[part], ...values },
  });
  const { ieNet: _, ...withoutIeNet } = tiny;

  it.each<[string, unknown, string, RegExp]>([
    ['a key that is not known', change('ieNet', { latnet: 3 }), 'ieNet', /latnet/],
    ['a number that should be one', change('ieNet', { latent: '3' }), 'ieNet.latent', /number/],
    ['a fraction', change('expertNet', { base: 2.5 }), 'expertNet.base', /int/],
    ['nothing of something', change('expertNet', { residualBlocks: 0 }), 'expertNet.residualBlocks', />=1/],
    ['a part that is missing', withoutIeNet, 'ieNet', /object/],
    ['an unknown choice', change('ieNet', { bottleneck: 'square' }), 'ieNet.bottleneck', /spatial/],
    ['an unknown reduction', change('score', { reduction: 'sum' }), 'score.reduction', /mean/],
    [
      'a weight below nothing',
      change('ieNet', { loss: { ...tiny.ieNet.loss, kl: -1 } }),
      'ieNet.loss.kl',
      />=0/,
    ],
    [
      'a batch of one image, which T cannot pair',
      change('training', { ieNet: { ...tiny.training.ieNet, batchSize: 1 } }),
      'training.ieNet.batchSize',
      />=2/,
    ],
    [
      'an optimiser that is not known',
      change('training', { expertNet: { ...tiny.training.expertNet, optimizer: { kind: 'adagrad' } } }),
      'training.expertNet.optimizer.kind',
      /./,
    ],
    [
      'images of two sizes',
      change('expertNet', { inputSize: [32, 16] }),
      'expertNet.inputSize',
      /inputSize of ieNet/,
    ],
    [
      'a decoder that does not undo the encoder',
      change('ieNet', { decoder: [{ filters: 2, factor: 2 }] }),
      'ieNet.decoder',
      /undo those of the encoder/,
    ],
    [
      'an image that the encoder cannot divide',
      { ...change('ieNet', { inputSize: [20, 20] }), expertNet: { ...tiny.expertNet, inputSize: [20, 20] } },
      'ieNet.inputSize',
      /divisible/,
    ],
    [
      'an image that cannot be halved so often',
      change('expertNet', { downsamplings: 5 }),
      'expertNet.downsamplings',
      /halvings/,
    ],
  ])('%s', (_, config, path, message) => {
    const before = tf.memory().numTensors;
    const result = twoStageConfig.safeParse(config);
    const issues = result.error?.issues.map((issue) => ({
      path: issue.path.join('.'),
      message: issue.message,
    }));
    expect(issues).toContainEqual({ path, message: expect.stringMatching(message) });
    expect(() => new TwoStage(config, { vgg19 })).toThrow();
    expect(tf.memory().numTensors).toBe(before);
  });
});
