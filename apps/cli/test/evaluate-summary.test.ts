import type { Evaluation } from '@utad/pipeline';
import { describe, expect, it } from 'vitest';
import { evaluation } from '../../../packages/pipeline/test/evaluation';
import { summary } from '../src/evaluate';
import { Output } from '../src/terminal/output';

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
