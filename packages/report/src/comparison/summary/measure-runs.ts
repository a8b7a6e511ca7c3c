import { type BootstrapValues, bootstrapValues, intervalOfValues } from '@utad/eval';
import type { ComparedRun } from '../data';
import type { ComparedMetric } from '../metrics';
import { defined } from './defined';
import { CONFIDENCE, resamplingFor } from './resampling';
import type { RunResult } from './types';

/** A metric of a run, and for one of images what the bootstrap measured: differences are taken from the same values. */
export interface MeasuredRun {
  readonly result: RunResult;
  /** Undefined for pixel metrics, and where metric or resampling is not defined. */
  readonly resampled: BootstrapValues | undefined;
}

/** One metric of one run; image metrics with an interval. */
export function measureRun(run: ComparedRun, metric: ComparedMetric, notes: Set<string>): MeasuredRun {
  const { id, detector, category, seed, scores } = run;
  const about = { run: id, detector, category, seed, metric: metric.key };
  if ('ofPixels' in metric) {
    return { result: { ...about, value: metric.ofPixels(run.pixel), interval: null }, resampled: undefined };
  }
  const [labels, values] = [scores.map(({ label }) => label), scores.map(({ score }) => score)];
  const value = defined(notes, `${metric.name} of ${id}`, () => metric.ofScores(labels, values));
  if (value === null) return { result: { ...about, value, interval: null }, resampled: undefined };
  const what = `The interval of the ${metric.name} of ${id}`;
  const resampled = defined(notes, what, () =>
    bootstrapValues(labels, values, metric.ofScores, resamplingFor(labels.length)),
  );
  const interval = resampled && defined(notes, what, () => intervalOfValues(resampled));
  return {
    result: {
      ...about,
      value,
      interval: interval && { low: interval.low, high: interval.high, confidence: CONFIDENCE },
    },
    resampled: resampled ?? undefined,
  };
}
