import { type ReportData, ReportError, renderReport } from '@utad/report';
import { beforeAll, describe, expect, it } from 'vitest';
import { sampleReport } from './sample';

/** What a reader sees, roughly: no styles, no markup, no pictures. */
const textOf = (page: string) =>
  page
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
/** Base64 can spell anything. */
const withoutPictures = (page: string) => page.replace(/base64,[^"]*/g, '');
const countOf = (page: string, part: string | RegExp) => page.split(part).length - 1;

describe('the report of a whole run', () => {
  const data = sampleReport();
  let page = '';
  beforeAll(async () => {
    page = await renderReport(data);
  });

  it('asks nothing of any network and runs nothing', () => {
    expect(withoutPictures(page)).not.toMatch(/https?:|<script|<link|@import|url\(|\bon\w+="/i);
    const sources = [...page.matchAll(/\b(?:src|href)="([^"]{0,12})/g)].map(([, source]) => source);
    expect(sources.length).toBeGreaterThan(50);
    for (const source of sources) expect(source).toMatch(/^(data:image\/|#)/);
  });

  it('shows the numbers of the data, with words for what they mean', () => {
    const text = textOf(page);
    for (const number of ['0.931', '0.964', '0.342', '0.213', '0.447', '0.884', '0.0152', '0.0213']) {
      expect(text).toContain(number);
    }
    expect(text).toContain('gives the anomalous one the higher score in 93.1 of 100 such pairs');
    expect(text).toContain('40 good and 60 anomalous');
  });

  it('counts what the fitted image threshold calls anomalous', () => {
    const called = (label: 0 | 1) =>
      data.scores.filter((image) => image.label === label && image.score >= data.thresholds.image).length;
    expect(textOf(page)).toContain(
      `The image threshold finds ${called(1)} of 60 anomalous images and gives a false alarm on ${called(0)} of 40 good images.`,
    );
  });

  it('has its sections in order, each with a heading, and no heading level left out', () => {
    const headings = [...page.matchAll(/<h([1-6])[^>]*>([^<]*)/g)].map(([, level, text]) => ({
      level: Number(level),
      text,
    }));
    expect(headings.filter(({ level }) => level === 1).length).toBe(1);
    expect(headings.filter(({ level }) => level === 2).map(({ text }) => text)).toEqual([
      'Results',
      'How to read the thresholds',
      'Scores',
      'Restoration',
      'Comparisons',
      'Images',
      'Training',
      'Run',
      'Notes',
    ]);
    headings.slice(1).forEach(({ level }, i) => {
      expect(level).toBeLessThanOrEqual((headings[i]?.level ?? 0) + 1);
    });
  });

  it('shows every image of the gallery with six pictures, each described', () => {
    expect(countOf(page, '<article>')).toBe(data.gallery.length);
    const pictures = [...page.matchAll(/<img alt="([^"]*)" src="data:image\/(png|webp);base64,[^"]{40,}"/g)];
    expect(pictures.length).toBe(data.gallery.length * 6 + 1);
    for (const { id } of data.gallery) {
      expect(pictures.filter(([, alt]) => alt?.includes(id)).length).toBe(6);
    }
  });

  it('draws one chart for each loss term of each stage beside the histogram and the ROC curve', () => {
    expect(countOf(page, '<svg')).toBe(2 + 4 + 4);
    expect(countOf(page, '<svg')).toBe(countOf(page, /role="img" aria-label="[^"]+/));
    expect(withoutPictures(page)).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('says whether the goals of restoration are met', async () => {
    const restoration = {
      insideInput: 0.2,
      insideImpression: 0.15,
      outsideReconstruction: 0.01,
      outsideImpression: 0.04,
    };
    const text = textOf(await renderReport({ ...data, gallery: [], restoration }));
    expect(text).toMatch(/Not met Inside the defects, the impression m is 0.75 times as far/);
    expect(text).toMatch(/ Met Outside the defects, the reconstruction x̂ is 0.25 times as far/);
  });

  it('is the same for the same data', async () => {
    expect(await renderReport(sampleReport())).toBe(page);
  });
});

describe('text from outside', () => {
  it('is escaped wherever it appears', async () => {
    const evil = `<script>alert("1")</script>'&`;
    const sample = sampleReport(16);
    const page = await renderReport({
      ...sample,
      title: evil,
      createdAt: evil,
      facts: [[evil, evil]],
      notes: [evil],
      comparisons: [{ name: evil, imageAuroc: 0.5, pixelAuroc: 0.5, note: evil }],
      layerShares: [{ name: evil, share: 1 }],
      losses: [{ stage: evil, epochs: [{ losses: { [evil]: 1 } }] }],
      scores: sample.scores.map((image) => ({ ...image, kind: evil })),
      gallery: sample.gallery.slice(0, 1).map((row) => ({
        ...row,
        id: evil,
        kind: evil,
        images: row.images.map((image) => ({ ...image, name: evil, symbol: evil })),
      })),
    });
    expect(page).not.toContain('<script');
    expect(page).not.toContain('alert("1")');
    expect(countOf(page, '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;')).toBeGreaterThan(20);
  });
});

describe('what is missing', () => {
  const sample = sampleReport(16);
  const bare: ReportData = {
    title: 'bare',
    createdAt: sample.createdAt,
    facts: [],
    metrics: {
      image: { auroc: null },
      pixel: { auroc: null, iou: { paper: null, fitted: null, oracle: null } },
    },
    thresholds: { image: 0.015, pixel: 0.02 },
    reduction: 'max',
    scores: sample.scores.filter(({ label }) => label === 0),
    losses: [],
    gallery: [],
    notes: [],
  };

  it('is explained in words where a metric is not defined', async () => {
    const text = textOf(await renderReport(bare));
    expect(countOf(text, 'Not defined here')).toBe(3);
    expect(text).toContain('There is no ROC curve');
    expect(text).not.toMatch(/null|NaN|undefined/);
  });

  it('leaves no empty section and no dead link', async () => {
    const page = await renderReport(bare);
    expect(countOf(page, '<section')).toBe(3);
    for (const [, id] of page.matchAll(/href="#([^"]*)"/g)) expect(page).toContain(`id="${id}"`);
  });

  it('does not stop a report of no images at all, nor of losses that went astray', async () => {
    const losses = [
      {
        stage: 'one',
        epochs: [{ losses: { a: 1, b: Number.NaN } }, { losses: { a: Number.POSITIVE_INFINITY } }],
      },
    ];
    const page = await renderReport({ ...bare, scores: [], losses });
    expect(textOf(page)).toContain('1 value not a finite number');
    expect(page).not.toMatch(/d="[^"]*(NaN|Infinity)/);
  });

  it('is refused in a gallery whose arrays do not fit', async () => {
    const [row] = sample.gallery;
    if (!row) throw new Error('the sample has a gallery');
    const gallery = [{ ...row, anomalyMap: new Float32Array(7) }];
    await expect(renderReport({ ...bare, gallery })).rejects.toThrow(ReportError);
    await expect(renderReport({ ...bare, gallery })).rejects.toThrow(
      `anomaly map of ${row.id}: expected 16 x 16 = 256 values, received 7`,
    );
  });
});
