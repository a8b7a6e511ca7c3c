import { compareRuns, MetricError, rocAuc, type ScoredRun } from '@utad/eval';
import { describe, expect, it } from 'vitest';

const metrics = [{ key: 'auroc', ofScores: rocAuc }, { key: 'seconds' }];

/** A run with an AUROC of 1 - above / 4: so many of four good images score higher than both anomalous ones. */
function runOf(detector: string, seed: number, above: number, category = 'screw'): ScoredRun {
  const good = [0, 1, 2, 3].map((i) => ({ id: `good/${i}`, label: 0 as const, score: i < above ? 2 : 0 }));
  const anomalous = [0, 1].map((i) => ({ id: `hole/${i}`, label: 1 as const, score: 1 }));
  return {
    ...{ id: `${detector}-${category}-${seed}`, detector, dataset: 'mvtec', category, seed },
    scores: [...good, ...anomalous],
    values: { seconds: above },
  };
}

async function resultsOf(...runs: ScoredRun[]) {
  const [only] = await compareRuns(runs, metrics);
  if (only === undefined) throw new Error('expected a data set');
  return only;
}

describe('compareRuns', () => {
  it('has each metric of each run, from its scores or from its values', async () => {
    const { results, cells, differences } = await resultsOf(
      runOf('A', 0, 1),
      runOf('A', 1, 3),
      runOf('B', 1, 4),
    );
    expect(results.map(({ run, metric, value }) => [run, metric, value])).toEqual([
      ['A-screw-0', 'auroc', 0.75],
      ['A-screw-1', 'auroc', 0.25],
      ['B-screw-1', 'auroc', 0],
      ['A-screw-0', 'seconds', 1],
      ['A-screw-1', 'seconds', 3],
      ['B-screw-1', 'seconds', 4],
    ]);
    expect(cells[0]).toEqual({
      ...{ detector: 'A', category: 'screw', metric: 'auroc', seeds: 2 },
      ...{ mean: 0.5, deviation: Math.sqrt(0.125) },
    });
    // Of one seed; what is no metric of scores has neither interval nor test.
    expect(differences.map(({ a, b, metric, difference }) => [a, b, metric, difference])).toEqual([
      ['A-screw-1', 'B-screw-1', 'auroc', 0.25],
      ['A-screw-1', 'B-screw-1', 'seconds', -1],
    ]);
    expect(differences[1]).toMatchObject({ interval: null, pValue: null, adjustedPValue: null });
  });

  it('says as codes and numbers why two runs are not paired', async () => {
    const [a, b] = [runOf('A', 0, 1), runOf('B', 0, 2)];
    const reasonOf = async (other: ScoredRun) => (await resultsOf(a, other)).unpaired[0]?.reason;
    expect(await reasonOf({ ...b, testSet: 'drawn' })).toEqual({
      code: 'test-set',
      a: undefined,
      b: 'drawn',
    });
    expect(await reasonOf({ ...b, scores: b.scores.slice(1) })).toEqual({
      ...{ code: 'images', shared: 5, onlyA: 1, onlyB: 0 },
    });
    const relabelled = b.scores.map((image) => ({
      ...image,
      label: image.id === 'good/0' ? (1 as const) : image.label,
    }));
    expect(await reasonOf({ ...b, scores: relabelled })).toEqual({ code: 'labels', differing: 1, images: 6 });
  });

  it('says what sound data leave undefined', async () => {
    const run = runOf('A', 0, 1);
    const { results, notDefined } = await resultsOf({ ...run, scores: run.scores.slice(0, 4) });
    expect(results[0]).toMatchObject({ value: null, interval: null });
    expect(notDefined).toEqual([
      { what: 'value', metric: 'auroc', a: run.id, error: expect.objectContaining({ code: 'one-class' }) },
    ]);
  });

  it('keeps data sets apart, and waits after each interval', async () => {
    const told: string[] = [];
    const runs = [runOf('A', 0, 1), { ...runOf('A', 0, 1), id: 'other', dataset: 'mnist' }];
    const all = await compareRuns(runs, metrics, {
      afterEach: (done, total) => void told.push(`${done}/${total}`),
    });
    expect(all.map(({ dataset }) => dataset)).toEqual(['mvtec', 'mnist']);
    expect(told).toEqual(['1/4', '2/4', '3/4', '4/4']);
    const reason = new Error('enough');
    const afterEach = () => Promise.reject(reason);
    await expect(compareRuns(runs, metrics, { afterEach })).rejects.toBe(reason);
  });

  it('refuses a run that comes twice, and scores that are not finite', async () => {
    const run = runOf('A', 0, 1);
    await expect(resultsOf(run, { ...run, id: 'again' })).rejects.toThrow(
      expect.objectContaining({ name: 'MetricError', code: 'duplicate' }),
    );
    const scores = run.scores.map((image, index) => (index === 2 ? { ...image, score: Number.NaN } : image));
    await expect(resultsOf({ ...run, scores })).rejects.toThrow(MetricError);
  });
});
