import {
  type BootstrapValues,
  bootstrapValues,
  compareRocAuc,
  differenceOfValues,
  intervalOfValues,
  type ScoreMetric,
} from '@utad/eval';
import type { Measured } from '../../run/metrics';
import type { ComparedMetric } from '../metrics';
import { defined } from './defined';
import type { PairedScores } from './pair-images';
import type { RunPair } from './pair-runs';
import { CONFIDENCE, resamplingFor } from './resampling';
import type { PairedDifference } from './types';

/** A difference before p values are corrected for how many there are. */
export type UncorrectedDifference = Omit<PairedDifference, 'adjustedPValue'>;

/**
 * How much higher one metric is in run A than in run B on the same images.
 *
 * @param recorded what was measured of either run by itself, in the order of its own images
 */
export function differenceOf(
  [a, b]: RunPair,
  { labels, a: scoresA, b: scoresB, inOneOrder }: PairedScores,
  metric: ComparedMetric,
  recorded: readonly [a: BootstrapValues | undefined, b: BootstrapValues | undefined],
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
    intervalOfValues(
      differenceOfValues(
        recorded[0] ?? valuesOf(labels, scoresA, metric.ofScores),
        (inOneOrder ? recorded[1] : undefined) ?? valuesOf(labels, scoresB, metric.ofScores),
      ),
    ),
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

function valuesOf(
  labels: readonly (0 | 1)[],
  scores: readonly number[],
  metric: ScoreMetric,
): BootstrapValues {
  return bootstrapValues(labels, scores, metric, resamplingFor(labels.length));
}
