import { type ReportData, renderReport } from '@utad/report';
import { beforeAll, describe, expect, it } from 'vitest';
import { bareReport } from './run/bare-report';
import { countOf, textOf, withoutPictures } from './run/page-text';
import { sampleReport } from './sample';

describe('the report of a whole run', () => {
  let data: ReportData;
  let page: string;
  beforeAll(async () => {
    data = await sampleReport();
    page = await renderReport(data);
  });

  it('asks nothing of any network', () => {
    expect(withoutPictures(page).match(/https?:|<link|@import|url\((?!data:)|\bon\w+="/i)).toBeNull();
    const sources = [...page.matchAll(/\b(?:src|href)="([^"]{0,12})/g)].map(([, source]) => source);
    expect(sources.length).toBeGreaterThan(50);
    for (const source of sources) expect(source).toMatch(/^(data:image\/|#)/);
  });

  it('counts what the fitted image threshold calls anomalous', () => {
    const called = (label: 0 | 1) =>
      data.scores.filter((image) => image.label === label && image.score >= data.thresholds.image).length;
    expect(textOf(page)).toContain('40 good and 60 anomalous');
    expect(textOf(page)).toContain(
      `The image threshold finds ${called(1)} of 60 anomalous images and gives a false alarm on ${called(0)} of 40 good images.`,
    );
  });

  it('says first what it found, then how sure that is, where it fails, why, how it was made, and shows the images', () => {
    const headings = [...page.matchAll(/<h2[^>]*>([^<]*)/g)].map(([, text]) => text);
    expect(headings).toEqual([
      'Results',
      'What to keep in mind',
      'Types of defect',
      'Curves',
      'How to read the thresholds',
      'What the anomaly map is made of',
      'Restoration',
      'Latent codes',
      'Comparisons',
      'Training',
      'Run',
      'Images',
    ]);
  });

  it('has one title, and leaves out no level of headings', () => {
    const levels = [...page.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
    expect(levels.filter((level) => level === 1).length).toBe(1);
    levels.slice(1).forEach((level, i) => {
      expect(level).toBeLessThanOrEqual((levels[i] ?? 0) + 1);
    });
  });

  it('has a name for every chart and no number that is none', () => {
    // Scores, two curves of images, three of pixels, two of latent codes, and four terms of each of two stages.
    const charts = [...page.matchAll(/<svg class="chart[^>]*>/g)].map(([tag]) => tag);
    expect(charts.length).toBe(1 + 2 + 3 + 2 + 4 + 4);
    for (const chart of charts) expect(chart).toMatch(/role="img" aria-label="[^"]{20,}"/);
    expect(withoutPictures(page).match(/NaN|undefined|Infinity/)).toBeNull();
  });

  it('leads to every section from the top', () => {
    const links = [...page.matchAll(/<a href="#([^"]*)"/g)].map(([, id]) => id);
    expect(links.length).toBeGreaterThan(10);
    for (const id of links) expect(page.includes(`id="${id}"`), id).toBe(true);
  });

  it('is the same for the same data', async () => {
    expect((await renderReport(await sampleReport())) === page).toBe(true);
  });
});

describe('text from outside', () => {
  it('is escaped wherever it appears', async () => {
    const evil = `<script>alert("1")</script>'&`;
    const { gallery: _, ...sample } = await sampleReport(16);
    const page = await renderReport({
      ...sample,
      title: evil,
      createdAt: evil,
      facts: [[evil, evil]],
      hardware: [[evil, evil]],
      configuration: evil,
      notes: [evil],
      comparisons: [{ name: evil, imageAuroc: 0.5, pixelAuroc: 0.5, note: evil }],
      partShares: [{ name: evil, group: evil, share: 1 }],
      partGroups: [{ key: evil, heading: evil }],
      changes: {
        about: evil,
        pictures: (sample.changes?.pictures ?? []).map((change) => ({ ...change, name: evil, symbol: evil })),
      },
      losses: [{ stage: evil, epochs: [{ losses: { [evil]: 1 } }] }],
      scores: sample.scores.map((image) => ({ ...image, id: evil, defectType: evil })),
      defectTypes: (sample.defectTypes ?? []).map((row) => ({ ...row, defectType: evil })),
    });
    expect(page.match(/<script|alert\("1"\)/)).toBeNull();
    expect(countOf(page, '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;')).toBeGreaterThan(20);
  });
});

describe('what is missing', () => {
  it('leaves no empty section and no dead link', async () => {
    const page = await renderReport(bareReport);
    const sections = [...page.matchAll(/<section aria-labelledby="(\w+)"/g)].map(([, id]) => id);
    expect(sections).toEqual(['results', 'kinds', 'curves', 'thresholds']);
    for (const [, id] of page.matchAll(/href="#([^"]*)"/g)) expect(page).toContain(`id="${id}"`);
  });

  it('is said in words, with no trace of how it was missing', async () => {
    const text = textOf(await renderReport(bareReport));
    expect(text).toContain('No image was scored.');
    expect(text).not.toMatch(/null|NaN|undefined/);
  });
});
