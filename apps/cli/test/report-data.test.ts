import type { AnomalyDetector, BundleManifest, Evaluation, FitSummary } from '@utad/detector';
import { renderReport } from '@utad/report';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { summary } from '../src/evaluate/command';
import { reportData } from '../src/evaluate/report-data';
import type { Evaluated } from '../src/evaluate/run-evaluation';
import { Output } from '../src/terminal/output';

const unused = () => {
  throw new Error('a report predicts nothing');
};

const sha256 = 'd33c8bf863d7c3d892f0a363b6c8eaf5f52a1ed5ec29ed71b0c6723ef6ad87e8';
const detector: AnomalyDetector = {
  ...{ kind: 'two-stage', config: {}, inputSize: [64, 64], reduction: 'max' },
  assets: { vgg19: { name: 'imagenet', sha256 } },
  ...{ fit: unused, predict: unused, networks: unused, dispose: unused },
};

/** A part that occurs twice, for which YAML would write a reference. */
const training = { epochs: 30, optimizer: { kind: 'adam', learningRate: 1e-3 } };
const manifest: BundleManifest = {
  ...{ format: 1, kind: 'two-stage', inputSize: [64, 64], score: { reduction: 'max' } },
  config: { ieNet: training, expertNet: training },
  thresholds: { image: 5, pixel: 2, images: 1 },
  training: { dataset: 'mvtec', category: 'screw', images: 288, fingerprint: 'abcdef#0,1,2', seed: 7 },
  ...{ assets: {}, versions: { utad: '0.1.0' }, networks: [], files: {} },
};

const interval = { low: 0.7, high: 0.9, confidence: 0.95, method: 'bca' } as const;
const evaluation: Evaluation = {
  images: { good: 1, anomalous: 1 },
  items: [
    { id: 'test/good/0.png', defectType: 'good', label: 0, score: 1, scores: { mean: 0.5, max: 1 } },
    { id: 'test/hole/0.png', defectType: 'hole', label: 1, score: 9, scores: { mean: 0.25, max: 9 } },
  ],
  image: { auroc: 0.8, aurocMean: 0.4, aurocMax: 0.8, aupr: 0.75, f1Max: 0.7 },
  pixel: {
    auroc: null,
    aupr: null,
    aupro: null,
    f1Max: null,
    iou: { paper: null, fitted: null, oracle: null },
  },
  intervals: { image: { auroc: interval, aupr: interval, f1Max: null } },
  kinds: [
    {
      defectType: 'hole',
      label: 1,
      images: 1,
      called: 1,
      auroc: 1,
      interval: null,
      iou: null,
      pixelAuroc: null,
      aupro: null,
      median: 9,
    },
  ],
  testThresholds: { paper: 3, oracle: null },
  pixelDifference: {},
  repairs: {
    reconstruction: { inside: 0.2, outside: 0.1, good: 0.1, share: 0.2, area: 0.1 },
    impression: { inside: 0.4, outside: 0.1, good: 0.1, share: 0.5, area: 0.1 },
  },
  shares: { 'layer/conv1_2': 1, 'pair/x, impression': 1 },
  seconds: 3,
  notes: [],
};

const evaluated: Evaluated = {
  plan: {
    ...{ bundle: '/b', detector: undefined, run: undefined, limit: null, skipBad: false, vgg19: undefined },
    source: { dataset: 'mvtec', root: '/home/of/someone/mvtec', category: 'screw' },
  },
  ...{ detector, manifest, evaluation, meanImageAuroc: null, notes: ['A note.'] },
  testSeed: 0,
  test: { count: 2, fingerprint: '', records: unused },
  backend: {
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
    expect(data.kinds).toEqual(evaluation.kinds);
    expect(data.thresholds).toEqual({ image: 5, pixel: 2, paper: 3 });
    expect('gallery' in data).toBe(false);
  });

  it('groups the shares of the map, and puts the impression first', async () => {
    const data = await reportData(evaluated, undefined, undefined);
    expect(data.layerShares).toEqual([
      { group: 'layer', name: 'conv1_2', share: 1 },
      { group: 'pair', name: 'φ(x, m)', share: 1 },
    ]);
    expect(data.repairs?.map(({ symbol, inside }) => [symbol, inside])).toEqual([
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

describe('the summary on the terminal', () => {
  const shown = (changes: Partial<Evaluation>) =>
    summary(
      { ...evaluated, evaluation: { ...evaluation, ...changes } },
      { out: 'runs/a', folders: { maps: undefined, overlays: undefined } },
      new Output({ json: false }),
    ).split('\n');
  const from = (lines: readonly string[], first: string, last: string) =>
    lines.slice(
      lines.findIndex((line) => line.startsWith(first)),
      lines.findIndex((line) => line.startsWith(last)),
    );

  it('says how sure image metrics are, and has what there is of pixels', () => {
    const pixel = {
      ...{ auroc: 0.96, aupr: 0.2104, aupro: 0.8125, f1Max: 0.3 },
      iou: { paper: 0.1, fitted: 0.2, oracle: 0.3 },
    };
    expect(from(shown({ pixel }), 'image AUROC', 'called')).toEqual([
      'image AUROC        0.800 (95 %: 0.700 to 0.900), 0.400 by the mean of the map, 0.800 by its maximum',
      'average precision  0.750 of images (95 %: 0.700 to 0.900), 0.210 of pixels',
      'AUPRO              0.813',
      'pixel IoU          0.200 fitted, 0.100 paper, 0.300 oracle threshold',
    ]);
  });

  it('leaves out what is not defined', () => {
    expect(from(shown({}), 'image AUROC', 'pixel IoU')).toEqual([
      'image AUROC        0.800 (95 %: 0.700 to 0.900), 0.400 by the mean of the map, 0.800 by its maximum',
      'average precision  0.750 of images (95 %: 0.700 to 0.900)',
    ]);
    const image = { auroc: null, aurocMean: null, aurocMax: null, aupr: null, f1Max: null };
    const none = { image: { auroc: null, aupr: null, f1Max: null } };
    const lines = shown({ image, intervals: none });
    expect(lines.filter((line) => /^(image AUROC|average precision|AUPRO)/.test(line))).toEqual([]);
  });
});
