import type { Evaluation } from '@utad/pipeline';
import { describe, expect, it } from 'vitest';
import { summary } from '../src/evaluate';
import { Output } from '../src/terminal/output';

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

describe('the summary on the terminal', () => {
  const shown = (changes: Partial<Evaluation>) =>
    summary(
      {
        ...{ evaluation: { ...evaluation, ...changes }, comparisons: [], notes: [] },
        metrics: { thresholds: { image: 5, pixel: { fitted: 2, ...evaluation.testThresholds } } },
        called: { good: { images: 0, of: 1 }, anomalous: { images: 1, of: 1 } },
        files: { report: 'report.html', metrics: 'metrics.json', scores: [] },
      },
      { maps: undefined, overlays: undefined },
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
