import { setImmediate } from 'node:timers/promises';
import type { BootstrapValues } from '@utad/eval';
import { ReportError } from '../../error';
import type { ComparedRun } from '../data';
import { comparedMetrics } from '../metrics';
import { paperColumn } from '../paper/beside';
import { differenceOf, type UncorrectedDifference } from './difference';
import { holm } from './holm';
import { categoryResults, meanDifferences, meanResults } from './means';
import { measureRun } from './measure-runs';
import { pairImages } from './pair-images';
import { pairRuns, type RunPair } from './pair-runs';
import type { ComparisonSummary, DatasetSummary, PairedDifference, RefusedPair, RunResult } from './types';

/** How {@link summariseComparison} is followed and stopped. */
export interface SummariseOptions {
  /** Is told how many intervals are done; resampling is what takes the time. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops between two intervals; the summary then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Compares runs in numbers: means and deviations over categories and seeds, intervals, and paired differences: of two
 * detectors over categories, and image by image of their runs on a category, each with the one of its own seed. Where two
 * detectors have no seed in common on a category, their runs are paired in the order of their seeds.
 *
 * Means over categories are macro means: each category weighs the same, whatever its images and seeds; a category's value
 * is the mean over its seeds. Deviations are sample deviations (n - 1), and there are none of a single value. Intervals
 * are 95 % bootstrap intervals over images, drawn within each class: BCa with 2000 resamples, or percentiles with 1000 for
 * test sets of more than 1000 images. p values of two runs are DeLong's, corrected by Holm's method for all such tests of the
 * data set; those of two detectors over categories are of Wilcoxon's signed-rank test, corrected for all pairs of detectors
 * and one metric.
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
  readonly pairs: readonly RunPair[];
  readonly steps: number;
}

function planOf(dataset: string, all: readonly ComparedRun[]): Plan {
  const runs = all.filter((run) => run.dataset === dataset);
  const pairs = pairRuns(runs);
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
  const recorded = new Map<string, BootstrapValues>();
  for (const metric of comparedMetrics) {
    for (const run of runs) {
      const { result, resampled } = measureRun(run, metric, notes);
      results.push(result);
      if (resampled) recorded.set(placeOf(run, metric.key), resampled);
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
      const both = [recorded.get(placeOf(a, metric.key)), recorded.get(placeOf(b, metric.key))] as const;
      if (!('reason' in paired)) differences.push(differenceOf(pair, paired, metric, both, notes));
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

const placeOf = ({ id }: ComparedRun, metric: string): string => JSON.stringify([id, metric]);

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
