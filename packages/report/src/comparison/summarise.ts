import {
  compareRuns,
  type DatasetResults,
  MetricError,
  type NotDefined,
  type PairingProblem,
  type ScoredRun,
  type UnpairedRuns,
} from '@utad/eval';
import { ReportError } from '../error';
import { count } from '../page/format';
import type { ComparedRun } from './data';
import { comparedMetrics } from './metrics';
import { type PaperResult, paperColumn } from './paper/beside';

/** What a comparison comes to, in numbers: data set by data set, since their results are never averaged. */
export interface ComparisonSummary {
  /** In the order in which runs name them. */
  readonly datasets: readonly DatasetSummary[];
  /** Sentences on numbers that are not defined. */
  readonly notes: readonly string[];
}

/** All results on one data set. */
export interface DatasetSummary extends Omit<DatasetResults, 'unpaired' | 'notDefined'> {
  /** Two runs of one category that cannot be paired, and why. */
  readonly refused: readonly RefusedPair[];
  /** What Liu et al., 2021, print of the same; empty where they did not use the data set. */
  readonly paper: readonly PaperResult[];
}

/** Two runs that would be paired but were not tested on the same images. */
export interface RefusedPair extends Omit<UnpairedRuns, 'reason'> {
  /** A sentence. */
  readonly reason: string;
}

/** How {@link summariseComparison} is followed and stopped. */
export interface SummariseOptions {
  /** Is told how many intervals are done; resampling is what takes the time. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops between two intervals; the summary then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Compares runs in numbers, by the metrics of the page: `compareRuns` of `@utad/eval`, with what the paper prints beside it
 * and with sentences on what cannot be paired or is not defined.
 *
 * @param runs - At most one of each detector, data set, category and seed.
 * @throws {@link ReportError} When two runs are the same one. `MetricError` of `@utad/eval` when a score is not finite.
 */
export async function summariseComparison(
  runs: readonly ComparedRun[],
  { onProgress, signal }: SummariseOptions = {},
): Promise<ComparisonSummary> {
  const afterEach = async (done: number, total: number) => {
    onProgress?.(done, total);
    // Lets a Ctrl-C through.
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
  };
  const found = await compareRuns(runs.map(scoredRun), comparedMetrics, { afterEach }).catch(
    (error: unknown) => {
      throw error instanceof MetricError && error.code === 'duplicate'
        ? new ReportError('duplicate', error.message, { cause: error })
        : error;
    },
  );
  return {
    datasets: found.map(({ unpaired, notDefined: _, ...results }) => ({
      ...results,
      refused: unpaired.map(({ reason, ...pair }) => ({ ...pair, reason: refusalOf(reason) })),
      paper: comparedMetrics.flatMap(({ key }) => {
        const column = paperColumn(results.dataset, key);
        return column ? [{ metric: key, ...column, values: Object.fromEntries(column.values) }] : [];
      }),
    })),
    notes: [...new Set(found.flatMap(({ notDefined }) => notDefined.map(noteOf)))],
  };
}

function scoredRun({ pixel, ...run }: ComparedRun): ScoredRun {
  const values = comparedMetrics.flatMap((metric) =>
    'ofPixels' in metric ? [[metric.key, metric.ofPixels(pixel)] as const] : [],
  );
  return { ...run, values: Object.fromEntries(values) };
}

function refusalOf(problem: PairingProblem): string {
  if (problem.code === 'test-set') {
    return `The test sets differ: ${problem.a ?? 'not told'} and ${problem.b ?? 'not told'}.`;
  }
  if (problem.code === 'images') {
    const { shared, onlyA, onlyB } = problem;
    return `The test images differ: ${count(shared, 'image')} in both, ${onlyA} in the first alone, ${onlyB} in the second alone.`;
  }
  return `The labels differ: ${count(problem.differing, 'image')} of ${problem.images} good in one run and anomalous in the other.`;
}

function noteOf({ what, metric, a, b, error }: NotDefined): string {
  const name = comparedMetrics.find(({ key }) => key === metric)?.name ?? metric;
  const subject = b === undefined ? `${name} of ${a}` : `${name} of ${a} less that of ${b}`;
  const prefix = {
    value: '',
    difference: '',
    interval: 'The interval of the ',
    'interval-of-difference': 'The interval of the ',
    test: 'DeLong’s test of ',
  };
  return `${prefix[what]}${subject} is not defined: ${error.message}.`;
}
