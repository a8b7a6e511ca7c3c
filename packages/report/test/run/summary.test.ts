import { type ReportData, type ReportMetrics, renderReport } from '@utad/report';
import { describe, expect, it } from 'vitest';
import { bareReport } from './bare-report';
import { countOf, sectionOf, textOf } from './page-text';

const scores: ReportData['scores'] = Array.from({ length: 10 }, (_, i) => ({
  id: `test/${i}.png`,
  defectType: i < 4 ? 'good' : 'hole',
  label: i < 4 ? 0 : 1,
  score: i,
}));

const confidence = 0.95;
const image: ReportMetrics['image'] = {
  ...{ auroc: 0.9312, aupr: 0.9634, f1Max: 0.9011 },
  intervals: {
    auroc: { low: 0.8521, high: 0.9788, confidence },
    aupr: { low: 0.9102, high: 0.9921, confidence },
    f1Max: { low: 0.8403, high: 0.9502, confidence },
  },
};
const pixel: ReportMetrics['pixel'] = {
  ...{ auroc: 0.9644, aupr: 0.4127, aupro: 0.8236, f1Max: 0.6179 },
  iou: { paper: 0.213, fitted: 0.3415, oracle: 0.4471 },
};

const summaryFor = async (metrics: ReportMetrics, more: Partial<ReportData> = {}) =>
  sectionOf(await renderReport({ ...bareReport, scores, ...more, metrics }), 'results');

describe('the summary', () => {
  it('shows each metric of images with its interval, and each metric of pixels', async () => {
    const text = textOf(await summaryFor({ image, pixel }));
    for (const words of [
      'AUROC 0.931 95 % interval 0.852 to 0.979',
      'Average precision 0.963 95 % interval 0.910 to 0.992',
      'Best F1 0.901 95 % interval 0.840 to 0.950',
      'Pixel AUROC 0.964',
      'Pixel average precision 0.413',
      'AUPRO 0.824',
      'Pixel IoU, fitted threshold 0.342',
      'would give 0.447, an F1 score of 0.618',
    ]) {
      expect(text).toContain(words);
    }
  });

  it('says what chance gives: 6 of 10 images are anomalous', async () => {
    const text = textOf(await summaryFor({ image, pixel }));
    expect(text).toContain('chance is 0.600');
    // Precision 0.6 at recall 1.
    expect(text).toContain('calling every image anomalous gives 0.750');
  });

  it('draws each interval as long as it is, with the number on it', async () => {
    const section = await summaryFor({ image, pixel });
    const bars = [
      ...section.matchAll(
        /left:([\d.]+)%;right:([\d.]+)%"><\/span><span class="point" style="left:([\d.]+)%/g,
      ),
    ];
    expect(bars.map(([, ...ends]) => ends.map(Number))).toEqual([
      [85.2, 2.1, 93.1],
      [91, 0.8, 96.3],
      [84, 5, 90.1],
    ]);
  });

  it('explains every number that is not defined, and shows no interval for it', async () => {
    const nothing = {
      image: { auroc: null, aupr: null, f1Max: null, intervals: { auroc: null, aupr: null, f1Max: null } },
      pixel: {
        auroc: null,
        aupr: null,
        aupro: null,
        f1Max: null,
        iou: { paper: null, fitted: null, oracle: null },
      },
    };
    const section = await summaryFor(nothing, { scores: [] });
    // Three metrics of images, and all of pixels in one sentence.
    expect(countOf(textOf(section), 'Not defined here')).toBe(4);
    expect(textOf(section)).toContain('No image was scored.');
    expect(section).not.toMatch(/interval|NaN|null|undefined/);
  });

  it('explains one metric of pixels that is not defined where others are', async () => {
    const section = await summaryFor({ image, pixel: { ...pixel, aupro: null } });
    expect(textOf(section)).toContain('AUPRO – Not defined here');
    expect(countOf(textOf(section), 'Not defined here')).toBe(1);
  });

  it('says so where there is a number without an interval, or an interval without width', async () => {
    const one = {
      ...image,
      auroc: 1,
      intervals: { auroc: { low: 1, high: 1, confidence }, aupr: null, f1Max: null },
    };
    const text = textOf(await summaryFor({ image: one, pixel }));
    expect(text).toContain('AUROC 1.000 95 % interval 1.000 to 1.000');
    expect(text).toContain('An interval without width means that no draw differed');
    expect(text).toContain('There is no interval for average precision and best F1');
  });

  it('leaves out what was not measured', async () => {
    const section = await summaryFor({ image: { auroc: 0.9 }, pixel: { auroc: 0.8, iou: pixel.iou } });
    const names = [...section.matchAll(/<h4>([^<]*)/g)].map(([, name]) => name);
    expect(names).toEqual(['AUROC', 'Pixel AUROC', 'Pixel IoU, fitted threshold']);
    expect(textOf(section)).not.toContain('true value');
  });
});
