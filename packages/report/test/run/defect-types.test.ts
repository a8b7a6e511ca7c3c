import { type DefectTypeRow, type ImageScore, type ReportData, renderReport } from '@utad/report';
import { describe, expect, it } from 'vitest';
import { bareReport } from './bare-report';
import { chartOf, countOf, sectionOf, tableOf, textOf } from './page-text';

const images = (defectType: string, label: 0 | 1, values: readonly number[]): ImageScore[] =>
  values.map((score, i) => ({ id: `test/${defectType}/${i}.png`, defectType, label, score }));

const chartFor = async (scores: readonly ImageScore[], threshold = 0.5, more: Partial<ReportData> = {}) =>
  chartOf(
    await renderReport({ ...bareReport, ...more, scores, thresholds: { image: threshold, pixel: 1 } }),
    'Scores of',
  );

/** Where the dots of a chart stand, in percent of its width. */
const dotsOf = (chart: string) =>
  [...chart.matchAll(/<circle( class="wrong")? cx="([-\d.]+)%" cy="([-\d.]+)"/g)].map(([, wrong, x, y]) => ({
    wrong: wrong !== undefined,
    x: Number(x),
    y: Number(y),
  }));

describe('the distribution of scores', () => {
  it('has a dot for each image, hollow on the wrong side of the threshold', async () => {
    const chart = await chartFor([
      ...images('good', 0, [0.1, 0.2, 0.5, 0.7]),
      ...images('hole', 1, [0.4, 0.5, 0.9]),
    ]);
    const dots = dotsOf(chart);
    expect(dots.length).toBe(7);
    // At 0.5 a score reaches the threshold: two good images are called anomalous, one anomalous image is not.
    expect(dots.filter(({ wrong }) => wrong).length).toBe(3);
    const [line = Number.NaN] = [...chart.matchAll(/class="threshold" x1="([\d.]+)%"/g)].map(([, x]) =>
      Number(x),
    );
    expect(dots.slice(0, 4).map(({ x, wrong }) => wrong === x >= line)).toEqual([true, true, true, true]);
    expect(textOf(chart)).toContain('good 2 of 4 called anomalous');
    expect(textOf(chart)).toContain('hole 2 of 3 called anomalous');
  });

  it('heaps images of one score within their lane', async () => {
    const chart = await chartFor([
      ...images(
        'good',
        0,
        Array.from({ length: 150 }, () => 0.2),
      ),
      ...images('hole', 1, [0.8]),
    ]);
    const dots = dotsOf(chart);
    const heap = dots.slice(0, 150);
    expect(new Set(heap.map(({ x }) => x)).size).toBe(1);
    expect(new Set(heap.map(({ y }) => y)).size).toBeGreaterThan(50);
    const next = dots[150]?.y ?? 0;
    expect(Math.max(...heap.map(({ y }) => y))).toBeLessThan(next - 20);
  });

  it('draws outlines instead of dots for many images, within the chart', async () => {
    const many = Array.from({ length: 5000 }, (_, i) => Math.sin(i) ** 2);
    const kinds = Array.from({ length: 19 }, (_, k) => images(`defect ${k}`, 1, many.slice(k, k + 250)));
    const chart = await chartFor([...images('good', 0, many), ...kinds.flat()]);
    expect(dotsOf(chart)).toEqual([]);
    const paths = [...chart.matchAll(/<path d="([^"]+)"/g)].map(([, path = '']) => path);
    expect(paths.length).toBe(20);
    for (const path of paths) {
      const numbers = path.match(/-?[\d.]+/g)?.map(Number) ?? [];
      expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...numbers)).toBeLessThanOrEqual(100);
    }
    expect(chart.length).toBeLessThan(100_000);
  });

  it('begins with the good images and goes on to the most anomalous kind', async () => {
    const chart = await chartFor([
      ...images('far', 1, [0.9, 0.8]),
      ...images('near', 1, [0.5, 0.6]),
      ...images('good', 0, [0.1, 0.95]),
    ]);
    const names = [...chart.matchAll(/class="group">([^<]*)</g)].map(([, name]) => name);
    expect(names).toEqual(['good', 'near', 'far']);
  });

  it('stands for a single image, and for a test set of one class', async () => {
    const one = await chartFor(images('good', 0, [0.5]), 0.5);
    expect(dotsOf(one).length).toBe(1);
    expect(one).not.toMatch(/NaN|Infinity|best F1/);
    const alike = await chartFor(images('hole', 1, [2, 2]), 2);
    expect(dotsOf(alike).map(({ x }) => x)).toEqual([50, 50]);
  });

  it('draws the threshold of the best F1 where there are both classes', async () => {
    const chart = await chartFor([...images('good', 0, [0.1, 0.2]), ...images('hole', 1, [0.3, 0.9])], 0.6);
    expect(textOf(chart)).toContain('best F1 0.300');
  });

  it('takes any text for the name of a kind', async () => {
    const evil = '<script>alert(1)</script>';
    const section = sectionOf(
      await renderReport({
        ...bareReport,
        scores: images(evil, 1, [1, 2]),
        defectTypes: [
          { defectType: evil, label: 1, images: 2, called: 2, auroc: null, iou: null, median: 1.5 },
        ],
      }),
      'kinds',
    );
    expect(section).not.toContain('<script');
    expect(countOf(section, '&lt;script&gt;alert(1)')).toBeGreaterThan(1);
  });
});

describe('the table of kinds', () => {
  const good: DefectTypeRow = {
    defectType: 'good',
    label: 0,
    images: 40,
    called: 3,
    auroc: null,
    interval: null,
    iou: null,
    median: 0.21,
  };
  const hole: DefectTypeRow = {
    ...{ defectType: 'hole', label: 1, images: 8, called: 6, auroc: 0.875 },
    ...{ interval: { low: 0.7504, high: 0.9496, confidence: 0.95 }, iou: 0.3125, median: 0.64 },
  };
  const render = async (defectTypes: readonly DefectTypeRow[]) =>
    sectionOf(await renderReport({ ...bareReport, defectTypes }), 'kinds');

  it('has the numbers of each kind, and a dash where there is none', async () => {
    expect(tableOf(await render([good, hole]), 'By kind of image')).toEqual([
      ['Kind', 'Images', 'Called anomalous', 'AUROC', '95 % interval', 'Pixel IoU, fitted', 'Median score'],
      ['good', '40', '3 (8 %)', '–', '–', '–', '0.210'],
      ['hole', '8', '6 (75 %)', '0.875', '0.750 to 0.950', '0.313', '0.640'],
    ]);
  });

  it('has pixel AUROC and AUPRO of each type where they were measured', async () => {
    const measured = { ...hole, pixelAuroc: 0.9375, aupro: 0.8124 };
    const section = await render([{ ...good, pixelAuroc: null, aupro: null }, measured]);
    const [head, ofGood, ofHole] = tableOf(section, 'By kind of image');
    expect(head?.slice(5)).toEqual(['Pixel IoU, fitted', 'Pixel AUROC', 'AUPRO', 'Median score']);
    expect(ofGood?.slice(5)).toEqual(['–', '–', '–', '0.210']);
    expect(ofHole?.slice(5)).toEqual(['0.313', '0.938', '0.812', '0.640']);
    expect(textOf(section)).toContain('measured against all good images, its pixels too');
    expect(textOf(await render([good, hole]))).not.toContain('its pixels too');
  });

  it('leaves out columns without a number: no masks, no intervals', async () => {
    const [head] = tableOf(await render([good, { ...hole, iou: null, interval: null }]), 'By kind of image');
    expect(head).toEqual(['Kind', 'Images', 'Called anomalous', 'AUROC', 'Median score']);
  });
});
