import { averagePrecision, PixelAccumulator, rocAuc } from '@utad/eval';
import { type ReportData, renderReport } from '@utad/report';
import { beforeAll, describe, expect, it } from 'vitest';
import { bareReport } from './bare-report';
import { chartOf, countOf, sectionOf, tableOf, textOf } from './page-text';

/** Left, right, bottom and top of the unit square of a curve, as its chart draws them. */
const [left, right, bottom, top] = [48, 330, 270, 12];

/** The points of a path of straight lines, in rates. */
function pointsOf(path: string): [x: number, y: number][] {
  return [...path.matchAll(/[ML]([\d.]+),([\d.]+)/g)].map(([, x, y]) => [
    (Number(x) - left) / (right - left),
    (bottom - Number(y)) / (bottom - top),
  ]);
}

const lineOf = (chart: string) => pointsOf(/class="line" d="([^"]*)"/.exec(chart)?.[1] ?? '');

function markOf(chart: string): [x: number, y: number] | undefined {
  const [, x, y] = /class="mark" cx="([\d.]+)" cy="([\d.]+)"/.exec(chart) ?? [];
  if (x === undefined || y === undefined) return undefined;
  return pointsOf(`M${x},${y}`)[0];
}

/** By trapezoids, so that an upright stretch adds nothing. */
const areaUnder = (points: readonly (readonly [number, number])[]) =>
  points.slice(1).reduce((sum, [x, y], i) => {
    const [lastX, lastY] = points[i] ?? [0, 0];
    return sum + ((x - lastX) * (y + lastY)) / 2;
  }, 0);

/** 20 good and 30 anomalous images whose scores overlap, some of them alike. */
const scores: ReportData['scores'] = Array.from({ length: 50 }, (_, i) => ({
  id: `test/${i}.png`,
  defectType: i < 20 ? 'good' : 'scratch',
  label: i < 20 ? 0 : 1,
  score: i < 20 ? ((i * 7) % 20) / 20 : 0.3 + ((i * 11) % 24) / 20,
}));
const labels = scores.map(({ label }) => label);
const values = scores.map(({ score }) => score);
const threshold = 0.75;

/** Two maps with a small and a large defect. */
function pixels() {
  const accumulator = new PixelAccumulator();
  for (const shift of [0, 5]) {
    const mask = Uint8Array.from({ length: 400 }, (_, i) => Number(i % 20 < 3 + shift && i < 100));
    const map = Float32Array.from(mask, (value, i) => value * 0.6 + ((i * 37 + shift) % 101) / 101);
    accumulator.add(map, mask, [20, 20]);
  }
  return accumulator;
}

describe('the curves', () => {
  const accumulator = pixels();
  const pixelThreshold = 0.9;
  let page: string;
  beforeAll(async () => {
    page = await renderReport({
      ...bareReport,
      scores,
      thresholds: { image: threshold, pixel: pixelThreshold },
      pixelCurves: accumulator.curves(),
    });
  });

  it('have the areas of the metrics that they are drawn for', () => {
    const close = 0.005;
    expect(
      Math.abs(areaUnder(lineOf(chartOf(page, 'ROC curve of images'))) - rocAuc(labels, values)),
    ).toBeLessThan(close);
    expect(
      Math.abs(areaUnder(lineOf(chartOf(page, 'ROC curve of pixels'))) - accumulator.rocAuc()),
    ).toBeLessThan(close);
    const precisionRecall = areaUnder(lineOf(chartOf(page, 'Precision-recall curve of images')));
    expect(Math.abs(precisionRecall - averagePrecision(labels, values))).toBeLessThan(close);
    const ofPixels = areaUnder(lineOf(chartOf(page, 'Precision-recall curve of pixels')));
    expect(Math.abs(ofPixels - accumulator.averagePrecision())).toBeLessThan(close);
  });

  it('tint the area that AUPRO measures, which is 0.3 wide', () => {
    const tint = /class="tint" d="([^"]*)"/.exec(chartOf(page, 'Per-region overlap'))?.[1] ?? '';
    // The outline runs along the curve, then back along the axis.
    const points = pointsOf(tint);
    const upper = points.slice(0, points.length / 2);
    expect(upper.at(-1)?.[0]).toBeCloseTo(0.3, 3);
    expect(Math.abs(areaUnder(upper) / 0.3 - accumulator.aupro())).toBeLessThan(0.01);
  });

  it('mark the point at which the fitted threshold works', () => {
    // 5 good images reach 0.75: 0.75, 0.8, 0.85, 0.9 and 0.95.
    const found = scores.filter(({ label, score }) => label === 1 && score >= threshold).length;
    const [falseAlarms, recall] = markOf(chartOf(page, 'ROC curve of images')) ?? [];
    expect(falseAlarms).toBeCloseTo(5 / 20, 2);
    expect(recall).toBeCloseTo(found / 30, 2);
    const [, precision] = markOf(chartOf(page, 'Precision-recall curve of images')) ?? [];
    expect(precision).toBeCloseTo(found / (found + 5), 2);
    const { truePositives, falseNegatives, falsePositives, trueNegatives } =
      accumulator.confusionAt(pixelThreshold);
    const [pixelAlarms = 0, pixelRecall = 0] = markOf(chartOf(page, 'ROC curve of pixels')) ?? [];
    expect(Math.abs(pixelAlarms - falsePositives / (falsePositives + trueNegatives))).toBeLessThan(0.005);
    expect(Math.abs(pixelRecall - truePositives / (truePositives + falseNegatives))).toBeLessThan(0.005);
  });

  it('stand in numbers too', () => {
    const section = sectionOf(page, 'curves');
    const found = scores.filter(({ label, score }) => label === 1 && score >= threshold).length;
    expect(tableOf(section, 'At the fitted threshold')).toEqual([
      ['Images', 'Called anomalous', 'Called good'],
      ['Anomalous', String(found), String(30 - found)],
      ['Good', '5', '15'],
    ]);
    // One of 20 good images may reach the threshold, which is then the second highest good score, 0.95.
    const above = scores.filter(({ label, score }) => label === 1 && score >= 0.95).length;
    const rows = tableOf(section, 'With at most this share of good images called anomalous');
    expect(rows.find(([limit]) => limit === '5 %')).toEqual([
      '5 %',
      `${((above / 30) * 100).toFixed(1).replace('.0', '')} %`,
    ]);
    expect(countOf(section, '<details>')).toBe(2);
  });

  it('have no dot for precision where nothing is called anomalous', async () => {
    const strict = await renderReport({
      ...bareReport,
      scores,
      thresholds: { image: 99, pixel: 99 },
      pixelCurves: accumulator.curves(),
    });
    expect(markOf(chartOf(strict, 'Precision-recall curve of images'))).toBeUndefined();
    expect(markOf(chartOf(strict, 'Precision-recall curve of pixels'))).toBeUndefined();
    expect(markOf(chartOf(strict, 'ROC curve of pixels'))).toEqual([0, 0]);
    expect(textOf(strict)).toContain('precision not defined, F1 0.000');
    expect(strict).not.toMatch(/"NaN"|NaN %/);
  });

  it('are left out where there is only one class, and the report says why', async () => {
    const good = scores.filter(({ label }) => label === 0);
    const text = textOf(sectionOf(await renderReport({ ...bareReport, scores: good }), 'curves'));
    expect(text).toContain('the test set has only one of the two');
    expect(text).not.toContain('Pixels');
  });
});

it.each([
  [undefined, 'The 0.95 quantile of the scores of good images held out of training. It decides'],
  [
    1,
    'The score of the only good image held out of training, so about 50 % of good images are expected to exceed it, and by chance up to about 95 %. It decides',
  ],
  [
    9,
    'The 0.95 quantile of the scores of 9 good images held out of training, so about 14 % of good images are expected to exceed it, and by chance up to about 34 %. It decides',
  ],
  [
    24,
    'The 0.95 quantile of the scores of 24 good images held out of training, so about 9 % of good images are expected to exceed it. It decides',
  ],
])('the image threshold of %s held-out images claims no more than they can tell', async (images, words) => {
  const thresholds = { ...bareReport.thresholds, ...(images !== undefined && { images }) };
  const section = sectionOf(await renderReport({ ...bareReport, thresholds }), 'thresholds');
  expect(textOf(section)).toContain(words);
});
