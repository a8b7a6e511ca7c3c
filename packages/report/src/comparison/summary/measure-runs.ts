import { bootstrapInterval } from '@utad/eval';
import type { ComparedRun } from '../data';
import type { ComparedMetric } from '../metrics';
import { defined } from './defined';
import { CONFIDENCE, resamplingFor } from './resampling';
import type { RunResult } from './types';

/** One metric of one run; image metrics with an interval. */
export function measureRun(run: ComparedRun, metric: ComparedMetric, notes: Set<string>): RunResult {
  const { id, detector, category, seed, scores } = run;
  const about = { run: id, detector, category, seed, metric: metric.key };
  if ('ofPixels' in metric) return { ...about, value: metric.ofPixels(run.pixel), interval: null };
  const [labels, values] = [scores.map(({ label }) => label), scores.map(({ score }) => score)];
  const value = defined(notes, `${metric.name} of ${id}`, () => metric.ofScores(labels, values));
  if (value === null) return { ...about, value, interval: null };
  const interval = defined(notes, `The interval of the ${metric.name} of ${id}`, () =>
    bootstrapInterval(labels, values, metric.ofScores, resamplingFor(labels.length)),
  );
  return {
    ...about,
    value,
    interval: interval && { low: interval.low, high: interval.high, confidence: CONFIDENCE },
  };
}
