import { setImmediate } from 'node:timers/promises';
import { ReportError } from '../../error';
import type { ComparedRun } from '../data';
import { comparedMetrics } from '../metrics';
import { paperColumn } from '../paper/beside';
import { differenceOf, type UncorrectedDifference } from './difference';
import { holm } from './holm';
import { categoryResults, meanDifferences, meanResults } from './means';
import { measureRun } from './measure-runs';
import { pairImages } from './pair-images';
import type { ComparisonSummary, DatasetSummary, PairedDifference, RefusedPair, RunResult } from './types';

/** How {@link summariseComparison} is followed and stopped. */
export interface SummariseOptions {
  /** Is told how many intervals are done; resampling is what takes the time. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops between two intervals; the summary then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Compares runs in numbers: means and deviations over categories and seeds, intervals, and paired differences of every
 * two runs on the same test images.
 *
 * Means over categories are macro means: each category weighs the same, whatever its images and seeds; a category's value
 * is the mean over its seeds. Deviations are sample deviations (n - 1), and there are none of a single value. Intervals
 * are 95 % bootstrap intervals over images, drawn within each class: BCa with 2000 resamples, or percentiles with 1000 for
 * test sets of more than 1000 images. p values are DeLong's, corrected by Holm's method for all tests of the data set.
 *
 * @param runs - At most one of each detector, data set, category and seed.
 * @throws {@link ReportError} When two runs are the same one. `MetricError` of `@utad/eval` when a score is not finite.
 */
export async function summariseComparison(
  runs: readonly ComparedRun[],
  { onProgress, signal }: SummariseOptions = {},
): Promise<ComparisonSummary> {
  expectDistinct(runs);
  const notes = new Set<string>();
  const datasets = [...new Set(runs.map(({ dataset }) => dataset))];
  const works = datasets.map((dataset) => planOf(dataset, runs));
  const total = works.reduce((sum, { steps }) => sum + steps, 0);
  let done = 0;
  const step = async () => {
    onProgress?.(++done, total);
    // Lets a Ctrl-C through.
    await setImmediate();
    signal?.throwIfAborted();
  };
  const summaries: DatasetSummary[] = [];
  for (const work of works) summaries.push(await summariseDataset(work, notes, step));
  return { datasets: summaries, notes: [...notes] };
}

interface Plan {
  readonly dataset: string;
  readonly runs: readonly ComparedRun[];
  /** Every two runs of one category. */
  readonly pairs: readonly (readonly [ComparedRun, ComparedRun])[];
  readonly steps: number;
}

function planOf(dataset: string, all: readonly ComparedRun[]): Plan {
  const runs = all.filter((run) => run.dataset === dataset);
  const pairs = runs.flatMap((a, index) =>
    runs
      .slice(index + 1)
      .filter((b) => b.category === a.category)
      .map((b) => [a, b] as const),
  );
  return { dataset, runs, pairs, steps: (runs.length + pairs.length) * comparedMetrics.length };
}

async function summariseDataset(
  { dataset, runs, pairs }: Plan,
  notes: Set<string>,
  step: () => Promise<void>,
): Promise<DatasetSummary> {
  const categories = [...new Set(runs.map(({ category }) => category))];
  const detectors = [...new Set(runs.map(({ detector }) => detector))];
  const results: RunResult[] = [];
  for (const metric of comparedMetrics) {
    for (const run of runs) {
      results.push(measureRun(run, metric, notes));
      await step();
    }
  }
  const refused: RefusedPair[] = [];
  const differences: UncorrectedDifference[] = [];
  for (const pair of pairs) {
    const [a, b] = pair;
    const paired = pairImages(a, b);
    if ('reason' in paired) refused.push({ category: a.category, a: a.id, b: b.id, ...paired });
    for (const metric of comparedMetrics) {
      if (!('reason' in paired)) differences.push(differenceOf(pair, paired, metric, notes));
      await step();
    }
  }
  const found = comparedMetrics.map(({ key }) => ({
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
    differences: corrected(differences),
    meanDifferences: withCells.flatMap(({ one, cells }) => meanDifferences(one, cells)),
    refused,
    paper: comparedMetrics.flatMap(({ key }) => {
      const column = paperColumn(dataset, key);
      return column ? [{ metric: key, ...column, values: Object.fromEntries(column.values) }] : [];
    }),
  };
}

function corrected(differences: readonly UncorrectedDifference[]): PairedDifference[] {
  const tested = differences.flatMap(({ pValue }, index) => (pValue === null ? [] : [{ index, pValue }]));
  const adjusted = holm(tested.map(({ pValue }) => pValue));
  const byIndex = new Map(tested.map(({ index }, rank) => [index, adjusted[rank] ?? null]));
  return differences.map((difference, index) => ({
    ...difference,
    adjustedPValue: byIndex.get(index) ?? null,
  }));
}

function expectDistinct(runs: readonly ComparedRun[]): void {
  const seen = new Map<string, string>();
  for (const { id, detector, dataset, category, seed } of runs) {
    const key = JSON.stringify([detector, dataset, category, seed]);
    const before = seen.get(key);
    if (before !== undefined) {
      throw new ReportError(
        `comparison: expected one run of ${detector} on ${dataset} / ${category} with seed ${seed}, received ${before} and ${id}`,
      );
    }
    seen.set(key, id);
  }
}
