import { renderReport } from '@utad/report';
import { describe, expect, it } from 'vitest';
import { sampleGoals, samplePartGroups } from '../sample';
import { bareReport } from './bare-report';
import { sectionOf, tableOf, textOf } from './page-text';

describe('what the anomaly map is made of', () => {
  it('is one bar for each way to divide it, with numbers in the order of the bar', async () => {
    const section = sectionOf(
      await renderReport({
        ...bareReport,
        partShares: [
          { group: 'layer', name: 'conv1_2', share: 0.0686 },
          { group: 'layer', name: 'conv2_2', share: 0.9314 },
          { group: 'pair', name: 'φ(x, m)', share: 1 },
        ],
        partGroups: samplePartGroups,
      }),
      'shares',
    );
    const bars = section.split('<div class="share-bar"').slice(1);
    const widths = bars.map((bar) => [...bar.matchAll(/width:([\d.]+)%/g)].map(([, width]) => Number(width)));
    expect(widths).toEqual([[6.86, 93.14], [100]]);
    expect(textOf(section)).toContain('1 conv1_2 6.9 % 2 conv2_2 93.1 %');
    expect([...section.matchAll(/<h3>([^<]*)/g)].map(([, heading]) => heading)).toEqual([
      'By feature layer, from fine texture to larger shapes',
      'By pair of images compared',
    ]);
  });

  it('names groups of other detectors, and parts of none', async () => {
    const section = sectionOf(
      await renderReport({
        ...bareReport,
        partShares: [
          { group: 'scale', name: 'coarse', share: 1 },
          { name: 'all', share: 1 },
        ],
      }),
      'shares',
    );
    expect([...section.matchAll(/<h3>([^<]*)/g)].map(([, heading]) => heading)).toEqual([
      'By scale',
      'By part',
    ]);
  });
});

describe('restoration', () => {
  it('says whether its goals are met', async () => {
    const restoration = sampleGoals({
      ...{ insideInput: 0.2, insideImpression: 0.15 },
      ...{ outsideReconstruction: 0.01, outsideImpression: 0.04 },
    });
    const text = textOf(await renderReport({ ...bareReport, restoration }));
    expect(text).toMatch(/Not met Inside the defects, the impression m is 0.75 times as far/);
    expect(text).toMatch(/ Met Outside the defects, the reconstruction x̂ is 0.25 times as far/);
  });

  it('shows where images were changed, without clean twins too', async () => {
    const pictures = [
      { name: 'impression', symbol: 'm', inside: 0.25, outside: 0.0125, good: null, share: 0.4, area: 0.031 },
    ];
    const section = sectionOf(await renderReport({ ...bareReport, changes: { pictures } }), 'restoration');
    expect(tableOf(section, 'Where images differ from the input')[1]).toEqual([
      ...['m impression', '0.250', '0.0125', '–', '40 %', '3.1 %'],
    ]);
    expect(section).not.toContain('clean twin');
  });
});

describe('the facts of a run', () => {
  it('have the machine in a table of its own and the configuration folded away', async () => {
    const configuration = 'score:\n  reduction: <max> # & so on\n';
    const section = sectionOf(
      await renderReport({
        ...bareReport,
        facts: [['Seed', '7']],
        hardware: [['Memory', '16.0 GiB']],
        configuration,
      }),
      'facts',
    );
    expect(section).toMatch(/<th scope="row">Seed<\/th><td>7<\/td>.*Machine.*<th scope="row">Memory<\/th>/s);
    expect(section).toMatch(/<details><summary>The whole configuration<\/summary>/);
    expect(section).toContain('score:\n  reduction: &lt;max&gt; # &amp; so on\n');
  });
});

describe('the course of training', () => {
  it('is drawn as far as it is finite', async () => {
    const losses = [
      {
        stage: 'one',
        epochs: [{ losses: { a: 1, b: Number.NaN } }, { losses: { a: Number.POSITIVE_INFINITY } }],
      },
    ];
    const page = await renderReport({ ...bareReport, losses });
    expect(textOf(page)).toContain('1 value not a finite number');
    expect(page).not.toMatch(/d="[^"]*(NaN|Infinity)/);
  });
});
