import { bootstrapDifference, compareRocAuc } from '@utad/eval';
import type { Measured } from '../../run/metrics';
import type { ComparedRun } from '../data';
import type { ComparedMetric } from '../metrics';
import { defined } from './defined';
import type { PairedScores } from './pair-images';
import { CONFIDENCE, resamplingFor } from './resampling';
import type { PairedDifference } from './types';

/** A difference before p values are corrected for how many there are. */
export type UncorrectedDifference = Omit<PairedDifference, 'adjustedPValue'>;

/** How much higher one metric is in run A than in run B on the same images. */
export function differenceOf(
  [a, b]: readonly [ComparedRun, ComparedRun],
  { labels, a: scoresA, b: scoresB }: PairedScores,
  metric: ComparedMetric,
  notes: Set<string>,
): UncorrectedDifference {
  const about = { category: a.category, metric: metric.key, a: a.id, b: b.id };
  if ('ofPixels' in metric) {
    const [ofA, ofB]: Measured[] = [metric.ofPixels(a.pixel), metric.ofPixels(b.pixel)];
    const difference = typeof ofA === 'number' && typeof ofB === 'number' ? ofA - ofB : null;
    return { ...about, difference, interval: null, pValue: null };
  }
  const what = `${metric.name} of ${a.id} less that of ${b.id}`;
  const difference = defined(
    notes,
    what,
    () => metric.ofScores(labels, scoresA) - metric.ofScores(labels, scoresB),
  );
  if (difference === null) return { ...about, difference, interval: null, pValue: null };
  const interval = defined(notes, `The interval of the ${what}`, () =>
    bootstrapDifference(labels, scoresA, scoresB, metric.ofScores, resamplingFor(labels.length)),
  );
  const compared =
    metric.key === 'imageAuroc'
      ? defined(notes, `DeLong’s test of ${what}`, () => compareRocAuc(labels, scoresA, scoresB))
      : null;
  return {
    ...about,
    difference,
    interval: interval && { low: interval.low, high: interval.high, confidence: CONFIDENCE },
    pValue: compared?.test?.pValue ?? null,
  };
}
