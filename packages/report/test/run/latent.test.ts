import { type Latent, type ReportData, ReportError, renderReport } from '@utad/report';
import { describe, expect, it } from 'vitest';
import { bareReport } from './bare-report';
import { countOf, sectionOf, textOf } from './page-text';

const at = (id: string, group: string, x: number, y: number) => ({ id, group, x, y });

const latent: Latent = {
  dimensions: 64,
  about: 'Here it is the mean of z.',
  projections: [
    {
      name: 't-SNE',
      note: 'Near stays near.',
      points: [
        at('train/0', 'training', -3, 0),
        at('train/1', 'training', 1, 1),
        at('test/hole/<b>', 'hole', 3, -1),
        at('test/good/0', 'good', 0, 0),
      ],
    },
    {
      name: 'PCA',
      note: 'A shadow.',
      points: [at('train/0', 'training', 5, 5), at('test/crack/0', 'crack', 5, 5)],
    },
  ],
  distances: {
    auroc: 0.6251,
    groups: [
      { group: 'training', images: 200, median: 1.25 },
      { group: 'hole', images: 1, median: 4.5 },
    ],
  },
};

const rendered = async (value: Latent, more: Partial<ReportData> = {}) =>
  sectionOf(await renderReport({ ...bareReport, ...more, latent: value }), 'latent');

describe('latent codes', () => {
  it('are absent where there are none', async () => {
    expect(await renderReport(bareReport)).not.toContain('Latent codes');
    expect(await renderReport({ ...bareReport, latent: { projections: [] } })).not.toContain('id="latent"');
  });

  it('have a drawing for each projection, told in words, and a named point for each image', async () => {
    const section = await rendered(latent);
    expect(section).toContain(
      'aria-label="t-SNE of latent codes: 2 images of training, 1 image of good, 1 image of hole."',
    );
    expect(section).toContain('aria-label="PCA of latent codes: 1 image of training, 1 image of crack."');
    expect(countOf(section, '<use ')).toBe(6);
    expect(section).toContain('<title>test/good/0, good</title>');
    expect(section).toContain('test/hole/&lt;b&gt;, hole');
    expect(textOf(section)).toContain('64 numbers');
    expect(textOf(section)).toContain('Here it is the mean of z.');
    expect(textOf(section)).toContain('Near stays near.');
  });

  it('keep one unit as long across as up', async () => {
    const [drawing = ''] = /<svg class="chart".*?<\/svg>/s.exec(await rendered(latent)) ?? [];
    const places = [...drawing.matchAll(/x="([\d.]+)" y="([\d.]+)"><title>([^,]*)/g)].map(
      ([, x, y, id]) => [id, Number(x), Number(y)] as const,
    );
    // 6 units across fill 420 less a margin of 12 on either side: 66 a unit. 2 units up would be flatter than half of that,
    // so that the height is 24 + 198, and y grows upwards around its middle, 0. Good images are drawn last.
    expect(places).toEqual([
      ['train/0', 12, 111],
      ['train/1', 276, 45],
      ['test/hole/&lt;b&gt;', 408, 177],
      ['test/good/0', 210, 111],
    ]);
    expect(drawing).toContain('viewBox="0 0 420 222"');
  });

  it('give a type of defect one shape and colour in all drawings, and training images come first', async () => {
    const section = await rendered(latent);
    const classes = [...section.matchAll(/<g class="(latent-[\w -]+)">(?:<use|<path)/g)].map(
      ([, name]) => name,
    );
    const legend = ['latent-training', 'latent-good', 'latent-defect latent-1', 'latent-defect latent-0'];
    const [learned, good, hole, crack] = legend;
    const drawn = [learned, hole, good, learned, crack];
    expect(classes).toEqual([...legend, ...drawn]);
  });

  it('lie at a distance, whose AUROC stands beside that of the score', async () => {
    const metrics = { ...bareReport.metrics, image: { auroc: 0.8125 } };
    const text = textOf(await rendered(latent, { metrics }));
    expect(text).toContain(
      'has an AUROC of 0.625; the detector&#39;s own score has 0.813'.replace('&#39;', "'"),
    );
    expect(text).toContain('training, from the nearest other one 200 images 1.25');
    expect(text).toContain('hole 1 image 4.50');
    const without = textOf(await rendered({ ...latent, distances: { auroc: null, groups: [] } }));
    expect(without).not.toContain('Taken as image score');
  });

  it('refuse a place that is not finite', async () => {
    const [first] = latent.projections;
    const points = [at('lost', 'good', Number.NaN, 0)];
    const broken: Latent = { projections: first ? [{ ...first, points }] : [] };
    await expect(rendered(broken)).rejects.toThrow(ReportError);
    await expect(rendered(broken)).rejects.toThrow(
      't-SNE: expected lost at finite coordinates, received NaN, 0',
    );
  });
});
