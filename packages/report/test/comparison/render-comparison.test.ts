import { ReportError, summariseComparison } from '@utad/report';
import { renderComparison } from '@utad/report/node';
import { describe, expect, it } from 'vitest';
import { comparedMetrics } from '../../src/comparison/metrics';
import { formatDifference, formatPValue } from '../../src/page/format';
import { sampleComparison } from './sample';

const data = sampleComparison(24);
const summary = await summariseComparison(data.runs);
const text = await renderComparison(data);

describe('a comparison', () => {
  it('holds every metric, detector and category in one file that loads nothing', () => {
    for (const { key } of comparedMetrics) expect(text).toContain(`data-metric="${key}"`);
    for (const { name } of data.detectors) expect(text).toContain(`>${name}</th>`);
    expect(text).not.toMatch(/(src|href)="(?!data:|#)/);
    expect(text).toContain('default-src &#39;none&#39;');
  });

  it('shows what the summary says, whoever made it', async () => {
    expect(await renderComparison(data, { summary })).toBe(text);
    const { datasets } = summary;
    const mean = datasets[0]?.means.find((one) => one.detector === 'fast' && one.metric === 'imageAuroc');
    expect(text).toContain(`<td class="number" data-value="${mean?.mean}"`);
    const interval = datasets[0]?.results.find(
      (one) => one.run === 'runs/fast-screw-0' && one.metric === 'imageAupr',
    )?.interval;
    expect(text).toContain(`<small>${interval?.low.toFixed(3)} to ${interval?.high.toFixed(3)}</small>`);
  });

  it("sets the paper's numbers beside its own, of the same categories and as printed", () => {
    // The mean of 0.37 and 0.44, and that of all 15 categories.
    expect(text).toContain('0.405<small>of 2</small>');
    expect(text).toContain('Mean of all 15 categories, as printed');
    for (const number of [1, 3, 4]) expect(text).toContain(`Table ${number}: `);
    expect(text).not.toContain('Table 2: ');
    expect(text).toContain('ie-net 200, expert-net not said');
  });

  it('says where a detector has no run, no mask or fewer categories than the others', () => {
    expect(text).toContain('<small>no run</small>');
    expect(text).toContain('Mean of the 1 category that all have');
    expect(text).toContain('<div class="missing">no run</div>');
  });

  it('draws each image of the grid once, and a map and a segmentation of each detector', () => {
    // Three rows: two pictures and two for each of 2, 2 and 3 detectors.
    expect(text.match(/<img /g)).toHaveLength(3 * 2 + 2 * (2 + 2 + 3));
  });

  it('leaves the grid out where there is none, and the paper where it used other data', async () => {
    const { grid: _, ...rest } = data;
    const own = await renderComparison({
      ...rest,
      runs: data.runs.slice(0, 2).map((run) => ({ ...run, dataset: 'folder' })),
    });
    for (const id of ['grid', 'paper']) expect(own).not.toContain(`<h2 id="${id}">`);
    expect(own).not.toContain('as printed');
  });

  it('adds its own mean to Table 2, with how many classes it is of', async () => {
    const { grid: _, ...rest } = data;
    const runs = data.runs.slice(0, 1).map((run) => ({ ...run, dataset: 'mnist', category: '8' }));
    const digits = await renderComparison({ ...rest, runs });
    expect(digits).toContain('Table 2: ');
    expect(digits).not.toContain('Table 1: ');
    expect(digits).toContain('small, ours (mnist: 1 of 10 classes)');
    expect(digits).toContain('Mean of all ten classes, as printed');
    expect(digits).toContain('<td class="number" data-value="0.994">0.994</td>');
  });

  it('escapes what comes from outside', async () => {
    const [first] = data.detectors;
    const name = '<script>alert(1)</script>';
    const evil = await renderComparison({
      ...{ title: name, createdAt: data.createdAt, notes: [name] },
      detectors: [{ name, setup: first?.setup ?? [] }],
      runs: data.runs.slice(0, 1).map((run) => ({ ...run, id: name, detector: name, category: name })),
    });
    expect(evil).not.toContain('<script>alert');
  });

  it('refuses detectors that are not there, pictures of other sizes and thresholds that are none', async () => {
    await expect(renderComparison({ ...data, detectors: data.detectors.slice(1) })).rejects.toThrow(
      'expected one of the detectors fast, mean image, received small',
    );
    const [row] = data.grid?.rows ?? [];
    if (row === undefined) throw new Error('expected a row');
    const withRow = (changed: typeof row) =>
      renderComparison({ ...data, grid: { rule: '', rows: [changed] } }, { summary });
    await expect(withRow({ ...row, pixels: new Uint8Array(3) })).rejects.toThrow(ReportError);
    const cells = row.cells.map((cell) => ({ ...cell, pixelThreshold: 0 }));
    await expect(withRow({ ...row, cells })).rejects.toThrow('expected a number above 0, received 0');
  });
});

it('differences have a sign, and p values are never 0', () => {
  expect([0.0214, -0.0214, 0.0001, -0.0001, 0, null].map(formatDifference)).toEqual([
    ...['+0.021', '−0.021', '0.000', '0.000', '0.000', '–'],
  ]);
  expect([0.0312, 0.0001, 0, 1, null].map(formatPValue)).toEqual([
    '0.031',
    '< 0.001',
    '< 0.001',
    '1.000',
    '–',
  ]);
});
