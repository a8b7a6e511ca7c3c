import type { BundleManifest, FitSummary } from '@utad/detector';
import { Words } from '@utad/pipeline';
import { renderReport } from '@utad/report';
import { twoStageKind } from '@utad/two-stage';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Evaluated } from '../src/node/evaluate-metrics';
import { reportData } from '../src/node/evaluate-report';
import { evaluation, interval } from './evaluation';

const sha256 = 'd33c8bf863d7c3d892f0a363b6c8eaf5f52a1ed5ec29ed71b0c6723ef6ad87e8';
const detector = { assets: { vgg19: { name: 'imagenet', sha256 } } };

/** A part that occurs twice, for which YAML would write a reference. */
const training = { epochs: 30, optimizer: { kind: 'adam', learningRate: 1e-3 } };
const manifest: BundleManifest = {
  ...{ format: 1, kind: 'two-stage', inputSize: [64, 64], score: { reduction: 'max' } },
  config: { ieNet: training, expertNet: training },
  thresholds: { image: 5, pixel: 2, images: 1 },
  training: { dataset: 'mvtec', category: 'screw', images: 288, fingerprint: 'abcdef#0,1,2', seed: 7 },
  ...{ assets: {}, versions: { utad: '0.1.0' }, networks: [], files: {} },
};

const evaluated: Evaluated = {
  source: { dataset: 'mvtec', root: '/home/of/someone/mvtec', category: 'screw' },
  ...{ limit: null, config: undefined, detector, manifest, evaluation, meanImageAuroc: null },
  ...{ words: new Words('two-stage', twoStageKind.describe), notes: ['A note.'] },
  testSeed: 0,
  backend: {
    engine: 'tfjs',
    name: 'tfjs-node',
    version: '2.21.0',
    device: 'CPU, 2 threads',
    reason: 'tfjs-node on TensorFlow 2.21.0',
  },
};

const history: FitSummary = {
  stages: [
    {
      stage: 'ie-net',
      kept: 1,
      epochs: [
        { losses: { total: 2 }, seconds: 30 },
        { losses: { total: 3 }, seconds: 31 },
      ],
    },
  ],
};

describe('reportData', () => {
  it('hands on every number with its interval, and no threshold that there is not', async () => {
    const data = await reportData(evaluated, undefined, undefined);
    expect(data.metrics.image).toMatchObject({ auroc: 0.8, aupr: 0.75, f1Max: 0.7 });
    expect(data.metrics.image.intervals).toEqual({ auroc: interval, aupr: interval, f1Max: null });
    expect(data.defectTypes).toEqual(evaluation.kinds);
    expect(data.thresholds).toEqual({ image: 5, pixel: 2, images: 1, paper: 3 });
    expect('gallery' in data).toBe(false);
  });

  it('groups the shares of the map, and puts the impression first', async () => {
    const data = await reportData(evaluated, undefined, undefined);
    expect(data.partShares).toEqual([
      { group: 'layer', name: 'conv1_2', share: 1 },
      { group: 'pair', name: 'φ(x, m)', share: 1 },
    ]);
    expect(data.changes?.pictures.map(({ symbol, inside }) => [symbol, inside])).toEqual([
      ['m', 0.4],
      ['x̂', 0.2],
    ]);
  });

  it('has the configuration as YAML that reads back the same, without references', async () => {
    const { configuration = '' } = await reportData(evaluated, undefined, undefined);
    expect(parse(configuration)).toEqual(manifest.config);
    expect(configuration).not.toMatch(/[&*]a\d/);
  });

  it('names weights by their hash, training by its times, and the machine', async () => {
    const { facts, hardware } = await reportData(evaluated, undefined, history);
    const all = Object.fromEntries([...facts, ...(hardware ?? [])]);
    expect(all).toMatchObject({
      'Weights of vgg19': `imagenet, SHA-256 ${sha256}`,
      'Stage ie-net': '2 epochs in 1 min 1 s, the weights of epoch 1 kept',
      'Trained on': '288 good images of mvtec / screw',
      'Thresholds fitted on': '1 held-out good image',
      'Testing took': '3.0 s, 1.5 s an image, reading included',
      'Training data': 'abcdef',
      Seed: '7',
      Backend: 'tfjs-node on TensorFlow 2.21.0',
      'Computed on': 'CPU, 2 threads',
    });
    expect(all.Processor).toMatch(/\d+ cores?$/);
    expect(all.Memory).toMatch(/^[\d.]+ GiB$/);
  });

  it('makes a report that tells no path of the machine', async () => {
    const page = await renderReport(await reportData(evaluated, undefined, history));
    expect(page.includes('/home/of/someone')).toBe(false);
    expect(page.includes('A note.')).toBe(true);
  });
});
