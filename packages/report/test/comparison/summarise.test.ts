import { averagePrecision, bootstrapDifference, bootstrapInterval, compareRocAuc, rocAuc } from '@utad/eval';
import { type ComparedRun, ReportError, summariseComparison } from '@utad/report';
import { describe, expect, it } from 'vitest';
import { sampleRun } from './sample';

/** A run with an image AUROC of 1 - above / 4: so many of four good images score higher than both anomalous ones. */
function runOf(detector: string, category: string, seed: number, above: number): ComparedRun {
  const good = [0, 1, 2, 3].map((i) => ({
    id: `good/${i}`,
    defectType: 'good',
    label: 0 as const,
    score: i < above ? 2 : 0,
  }));
  const anomalous = [0, 1].map((i) => ({ id: `hole/${i}`, defectType: 'hole', label: 1 as const, score: 1 }));
  const nothing = { auroc: null, aupro: null, iou: { paper: null, fitted: null, oracle: null } };
  return {
    ...{ id: `${detector}-${category}-${seed}`, detector, dataset: 'mvtec', category, seed },
    scores: [...good, ...anomalous],
    pixel: nothing,
  };
}

const summaryOf = async (runs: readonly ComparedRun[]) => {
  const [dataset] = (await summariseComparison(runs)).datasets;
  if (dataset === undefined) throw new Error('expected a data set');
  return dataset;
};

describe('means', () => {
  it('are macro means of means over seeds, with sample deviations', async () => {
    // AUROC of A: bottle 1 and 0.5, screw 0.25 and 0.75; of B: bottle 0.
    const runs = [
      runOf('A', 'bottle', 0, 0),
      runOf('A', 'bottle', 1, 2),
      runOf('A', 'screw', 0, 3),
      runOf('A', 'screw', 1, 1),
      runOf('B', 'bottle', 0, 4),
    ];
    const { cells, means } = await summaryOf(runs);
    const cell = (category: string) =>
      cells.find((one) => one.detector === 'A' && one.category === category && one.metric === 'imageAuroc');
    expect(cell('bottle')).toMatchObject({ mean: 0.75, seeds: 2 });
    expect(cell('bottle')?.deviation).toBeCloseTo(Math.sqrt(0.125), 12);
    const [a, b] = means.filter(({ metric }) => metric === 'imageAuroc');
    // (0.75 + 0.5) / 2; the two categories lie 0.25 apart; seeds 0 and 1 both have a mean of 0.625.
    expect(a).toMatchObject({ mean: 0.625, categories: 2, seeds: 2, sharedMean: 0.75, sharedCategories: 1 });
    expect(a?.deviationOverCategories).toBeCloseTo(0.25 / Math.SQRT2, 12);
    expect(a?.deviationOverSeeds).toBeCloseTo(0, 12);
    expect(b).toMatchObject({
      mean: 0,
      categories: 1,
      deviationOverCategories: null,
      deviationOverSeeds: null,
    });
  });

  it('weigh a category the same whatever its seeds', async () => {
    const seeds = [0, 1, 2].map((seed) => runOf('A', 'bottle', seed, 0));
    const { means } = await summaryOf([...seeds, runOf('A', 'screw', 0, 4)]);
    expect(means.find(({ metric }) => metric === 'imageAuroc')).toMatchObject({ mean: 0.5, seeds: 1 });
  });

  it('are null, and of no category, where nothing was measured', async () => {
    const { means } = await summaryOf([runOf('A', 'bottle', 0, 1)]);
    expect(means.find(({ metric }) => metric === 'pixelAupro')).toMatchObject({ mean: null, categories: 0 });
  });

  it('never mix data sets', async () => {
    const { datasets } = await summariseComparison([
      runOf('A', 'x', 0, 1),
      { ...runOf('A', 'x', 1, 1), dataset: 'mnist' },
    ]);
    expect(
      datasets.map(({ dataset, results }) => [dataset, new Set(results.map(({ run }) => run)).size]),
    ).toEqual([
      ['mvtec', 1],
      ['mnist', 1],
    ]);
  });
});

describe('intervals and differences', () => {
  const [a, b] = [
    sampleRun({ detector: 'fast', category: 'screw', gap: 0.5 }),
    sampleRun({ detector: 'small', category: 'screw', gap: 0.2 }),
  ];
  const labels = a.scores.map(({ label }) => label);
  const [scoresA, scoresB] = [a, b].map(({ scores }) => scores.map(({ score }) => score));

  it('are those of the metrics package', async () => {
    // In another order: images are matched by their ids.
    const { results, differences } = await summaryOf([a, { ...b, scores: b.scores.toReversed() }]);
    const { low, high } = bootstrapInterval(labels, scoresA ?? [], rocAuc);
    expect(results.find(({ run, metric }) => run === a.id && metric === 'imageAuroc')).toMatchObject({
      value: rocAuc(labels, scoresA ?? []),
      interval: { low, high, confidence: 0.95 },
    });
    const found = differences.find(({ metric }) => metric === 'imageAuroc');
    const expected = bootstrapDifference(labels, scoresA ?? [], scoresB ?? [], rocAuc);
    expect(found).toMatchObject({
      ...{ a: a.id, b: b.id, difference: expected.estimate },
      interval: { low: expected.low, high: expected.high },
      pValue: compareRocAuc(labels, scoresA ?? [], scoresB ?? []).test?.pValue,
    });
    // One test needs no correction.
    expect(found?.adjustedPValue).toBe(found?.pValue);
  });

  it('of pixel metrics are differences without an interval', async () => {
    const { differences } = await summaryOf([a, b]);
    const found = differences.find(({ metric }) => metric === 'pixelAupro');
    expect(found?.difference).toBeCloseTo(0.03, 12);
    expect(found).toMatchObject({ interval: null, pValue: null, adjustedPValue: null });
  });

  it('are of two detectors, seed by seed, and never of two seeds of one', async () => {
    const runs = ['A', 'B', 'C'].flatMap((detector) =>
      [0, 1, 2].map((seed) => runOf(detector, 'bottle', seed, seed)),
    );
    const { differences } = await summaryOf(runs);
    const pairs = differences.filter(({ metric }) => metric === 'imageAuroc').map(({ a, b }) => `${a} ${b}`);
    expect(pairs).toEqual(
      ['A B', 'A C', 'B C'].flatMap((pair) =>
        [0, 1, 2].map((seed) => pair.replace(/\w/g, (name) => `${name}-bottle-${seed}`)),
      ),
    );
  });

  it('are in the order of seeds where two detectors have none in common on a category', async () => {
    const runs = [
      runOf('A', 'bottle', 5, 0),
      runOf('A', 'bottle', 3, 1),
      runOf('B', 'bottle', 8, 2),
      runOf('B', 'screw', 3, 2),
    ];
    const { differences, refused } = await summaryOf(runs);
    const found = differences.filter(({ metric }) => metric === 'imageAuroc').map(({ a, b }) => [a, b]);
    expect(found).toEqual([['A-bottle-3', 'B-bottle-8']]);
    expect(refused).toEqual([]);
  });

  it('come from the same draws whether a run is measured once or for each of its pairs', async () => {
    const c = sampleRun({ detector: 'third', category: 'screw', gap: 0.9 });
    const { differences } = await summaryOf([a, b, c]);
    const scoresOf = (id: string) =>
      [a, b, c].find((run) => run.id === id)?.scores.map(({ score }) => score) ?? [];
    const metrics = { imageAuroc: rocAuc, imageAupr: averagePrecision };
    let compared = 0;
    for (const { a: first, b: second, metric, interval } of differences) {
      const measure = Object.entries(metrics).find(([key]) => key === metric)?.[1];
      if (measure === undefined) continue;
      const expected = bootstrapDifference(labels, scoresOf(first), scoresOf(second), measure);
      expect(interval).toMatchObject({ low: expected.low, high: expected.high });
      compared++;
    }
    expect(compared).toBe(6);
  });

  it('of detectors have the p value of the signed ranks of their categories, and are corrected for all pairs', async () => {
    // A is better than B by 1, 0.75, 0.5 and 0.25, and worse than C by 0.25 on one of them.
    const categories = ['bottle', 'cable', 'capsule', 'carpet'];
    const { meanDifferences } = await summaryOf(
      categories.flatMap((category, above) => [
        runOf('A', category, 0, 0),
        runOf('B', category, 0, 4 - above),
        runOf('C', category, 0, above === 0 ? 1 : 0),
      ]),
    );
    const found = meanDifferences.filter(({ metric }) => metric === 'imageAuroc');
    expect(found.map(({ a, b, pValue, adjustedPValue }) => [a, b, pValue, adjustedPValue])).toEqual([
      // All of four have one sign: 2 of 16 patterns; one difference: both of its signs.
      ['A', 'B', 0.125, 0.375],
      ['A', 'C', 1, 1],
      ['B', 'C', 0.125, 0.375],
    ]);
    expect(meanDifferences.find(({ metric }) => metric === 'pixelAupro')).toMatchObject({
      pValue: null,
      adjustedPValue: null,
    });
  });

  it('of detectors are averaged over the categories that both have', async () => {
    const { meanDifferences } = await summaryOf([
      runOf('A', 'bottle', 0, 0),
      runOf('A', 'screw', 0, 3),
      runOf('A', 'pill', 0, 3),
      runOf('B', 'bottle', 0, 2),
      runOf('B', 'screw', 0, 2),
    ]);
    // 1 - 0.5 and 0.25 - 0.5.
    const found = meanDifferences.find(({ metric }) => metric === 'imageAuroc');
    expect(found).toMatchObject({ a: 'A', b: 'B', mean: 0.125, categories: 2, higher: { a: 1, b: 1 } });
    expect(found?.deviation).toBeCloseTo(0.75 / Math.SQRT2, 12);
  });

  it('are refused with a sentence where images or labels differ', async () => {
    const fewer = { ...b, scores: b.scores.slice(1) };
    expect((await summaryOf([a, fewer])).refused).toEqual([
      {
        ...{ category: 'screw', a: a.id, b: b.id },
        reason: 'The test images differ: 29 images in both, 1 in the first alone, 0 in the second alone.',
      },
    ]);
    const relabelled = {
      ...b,
      scores: b.scores.map((image, i) => (i === 0 ? { ...image, label: 1 as const } : image)),
    };
    const drawn = (testSet: string, run: ComparedRun) => ({ ...run, testSet });
    expect(
      (await summaryOf([drawn('drawn by seed 0', a), drawn('drawn by seed 1', b)])).refused[0]?.reason,
    ).toBe('The test sets differ: drawn by seed 0 and drawn by seed 1.');
    const { refused, differences } = await summaryOf([a, relabelled]);
    expect(refused[0]?.reason).toBe(
      'The labels differ: 1 image of 30 good in one run and anomalous in the other.',
    );
    expect(differences).toEqual([]);
  });

  it('are null with a note where sound data leave them undefined', async () => {
    const good = a.scores.filter(({ label }) => label === 0);
    const { datasets, notes } = await summariseComparison([{ ...a, scores: good }]);
    expect(datasets[0]?.results.find(({ metric }) => metric === 'imageAuroc')?.value).toBeNull();
    expect(notes.join()).toContain('Image AUROC of runs/fast-screw-0 is not defined');
  });
});

describe('summariseComparison', () => {
  const run = runOf('A', 'bottle', 0, 1);

  it('refuses the same run twice', async () => {
    await expect(summariseComparison([run, { ...run, id: 'again' }])).rejects.toThrow(ReportError);
    await expect(summariseComparison([run, { ...run, id: 'again' }])).rejects.toThrow(
      'expected one run of A on mvtec / bottle with seed 0, received A-bottle-0 and again',
    );
  });

  it('tells how far it is, and stops when it is told to', async () => {
    const told: [number, number][] = [];
    await summariseComparison([run, runOf('B', 'bottle', 0, 2)], {
      onProgress: (...step) => told.push(step),
    });
    // Two runs and one pair, eight metrics each.
    expect(told.at(-1)).toEqual([24, 24]);
    const reason = new Error('enough');
    await expect(summariseComparison([run], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
