import { unexpected } from '../error';
import { withAdjusted } from '../holm';
import type { BootstrapValues } from '../interval';
import { categoryResults, meanDifferences, meanResults } from './means';
import { measureDifference, measureRun, type UncorrectedDifference } from './measure';
import { pairRuns, pairScores, type RunPair } from './pair';
import type { DatasetResults, NotDefined, RunMetric, RunResult, ScoredRun, UnpairedRuns } from './results';

/** How {@link compareRuns} is followed and stopped. */
export interface CompareRunsOptions {
  /**
   * Is told how many intervals are done, and awaited after each of them; resampling is what takes the time. What it throws
   * ends the comparison.
   */
  readonly afterEach?: (done: number, total: number) => void | Promise<void>;
}

/**
 * Compares runs of several detectors, categories and seeds, data set by data set: means and deviations over categories and
 * seeds, intervals, and paired differences: of two detectors over categories, and image by image of their runs on a
 * category, each with the one of its own seed. Where two detectors have no seed in common on a category, their runs are
 * paired in the order of their seeds.
 *
 * Means over categories are macro means: each category weighs the same, whatever its images and seeds; a category's value
 * is the mean over its seeds. Deviations are sample deviations (n - 1), and there are none of a single value. Intervals
 * are 95 % bootstrap intervals over images, drawn within each class: BCa with 2000 resamples, or percentiles with 1000 for
 * test sets of more than 1000 images. p values of two runs are DeLong's, of `rocAuc` alone, corrected by
 * {@link holmCorrection} for all such tests of the data set; those of two detectors over categories are of
 * {@link signedRankTest}, corrected for all pairs of detectors and one metric.
 *
 * @param runs - At most one of each detector, data set, category and seed.
 * @param metrics - In the order of the results.
 * @returns In the order in which runs name data sets.
 * @throws {@link MetricError} `duplicate` when two runs are the same one; `not-finite` for a score that is not.
 */
export async function compareRuns(
  runs: readonly ScoredRun[],
  metrics: readonly RunMetric[],
  { afterEach }: CompareRunsOptions = {},
): Promise<DatasetResults[]> {
  expectDistinct(runs);
  const datasets = [...new Set(runs.map(({ dataset }) => dataset))].map((dataset) => {
    const own = runs.filter((run) => run.dataset === dataset);
    return { dataset, runs: own, pairs: pairRuns(own) };
  });
  const total = datasets.reduce(
    (sum, { runs, pairs }) => sum + (runs.length + pairs.length) * metrics.length,
    0,
  );
  let done = 0;
  const step = async () => afterEach?.(++done, total);
  const all: DatasetResults[] = [];
  for (const each of datasets) all.push(await resultsOf(each, metrics, step));
  return all;
}

interface DatasetRuns {
  readonly dataset: string;
  readonly runs: readonly ScoredRun[];
  readonly pairs: readonly RunPair[];
}

async function resultsOf(
  { dataset, runs, pairs }: DatasetRuns,
  metrics: readonly RunMetric[],
  step: () => Promise<void>,
): Promise<DatasetResults> {
  const categories = [...new Set(runs.map(({ category }) => category))];
  const detectors = [...new Set(runs.map(({ detector }) => detector))];
  const notDefined: NotDefined[] = [];
  const results: RunResult[] = [];
  const recorded = new Map<string, BootstrapValues>();
  const keyOf = ({ id }: ScoredRun, metric: RunMetric) => JSON.stringify([id, metric.key]);
  for (const metric of metrics) {
    for (const run of runs) {
      const { result, resampled } = measureRun(run, metric, notDefined);
      results.push(result);
      if (resampled) recorded.set(keyOf(run, metric), resampled);
      await step();
    }
  }
  const unpaired: UnpairedRuns[] = [];
  const differences: UncorrectedDifference[] = [];
  for (const pair of pairs) {
    const [a, b] = pair;
    const paired = pairScores(pair);
    if ('reason' in paired) unpaired.push({ category: a.category, a: a.id, b: b.id, ...paired });
    for (const metric of metrics) {
      const both = [recorded.get(keyOf(a, metric)), recorded.get(keyOf(b, metric))] as const;
      if (!('reason' in paired)) differences.push(measureDifference(pair, paired, metric, both, notDefined));
      await step();
    }
  }
  const found = metrics.map(({ key }) => ({
    metric: key,
    categories,
    detectors,
    results: results.filter(({ metric }) => metric === key),
  }));
  const withCells = found.map((one) => ({ one, cells: categoryResults(one) }));
  return {
    dataset,
    categories,
    detectors,
    results,
    cells: withCells.flatMap(({ cells }) => cells),
    means: withCells.flatMap(({ one, cells }) => meanResults(one, cells)),
    differences: withAdjusted(differences),
    meanDifferences: withCells.flatMap(({ one, cells }) => meanDifferences(one, cells)),
    unpaired,
    notDefined,
  };
}

function expectDistinct(runs: readonly ScoredRun[]): void {
  const seen = new Map<string, string>();
  for (const { id, detector, dataset, category, seed } of runs) {
    const key = JSON.stringify([detector, dataset, category, seed]);
    const before = seen.get(key);
    if (before !== undefined) {
      const expected = `one run of ${detector} on ${dataset} / ${category} with seed ${seed}`;
      throw unexpected('duplicate', 'comparison', expected, `${before} and ${id}`);
    }
    seen.set(key, id);
  }
}
