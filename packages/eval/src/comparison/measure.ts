import { bootstrapValues, differenceOfValues, type ScoreMetric } from '../bootstrap';
import { compareRocAuc } from '../compare-roc-auc';
import { MetricError } from '../error';
import { type BootstrapOptions, type BootstrapValues, intervalOfValues } from '../interval';
import { rocAuc } from '../roc-auc';
import type { PairedScores, RunPair } from './pair';
import type {
  NotDefined,
  PairedDifference,
  ResultInterval,
  RunMetric,
  RunResult,
  ScoredRun,
} from './results';

const CONFIDENCE = 0.95;

/** Up to so many images an interval is corrected for bias and skew, which takes a measurement for each image. */
const CORRECTED_UP_TO = 1000;

/** How intervals of a test set of this size are made: what the correction changes shrinks as images become many. */
function resamplingFor(images: number): BootstrapOptions {
  return images <= CORRECTED_UP_TO
    ? { confidence: CONFIDENCE, method: 'bca', resamples: 2000, seed: 0 }
    : { confidence: CONFIDENCE, method: 'percentile', resamples: 1000, seed: 0 };
}

/** A metric of a run, and for one of scores what the bootstrap measured: differences are taken from the same values. */
export interface MeasuredRun {
  readonly result: RunResult;
  /** Undefined for other metrics, and where metric or resampling is not defined. */
  readonly resampled: BootstrapValues | undefined;
}

/** One metric of one run; one of scores with an interval. */
export function measureRun(run: ScoredRun, metric: RunMetric, notDefined: NotDefined[]): MeasuredRun {
  const { id, detector, category, seed, scores } = run;
  const about = { run: id, detector, category, seed, metric: metric.key };
  const { key, ofScores } = metric;
  if (ofScores === undefined) {
    return { result: { ...about, value: run.values[key] ?? null, interval: null }, resampled: undefined };
  }
  const [labels, values] = [scores.map(({ label }) => label), scores.map(({ score }) => score)];
  const attempt = attemptsFor(notDefined, { metric: key, a: id });
  const value = attempt('value', () => ofScores(labels, values));
  if (value === null) return { result: { ...about, value, interval: null }, resampled: undefined };
  const resampled = attempt('interval', () => resample(labels, values, ofScores));
  const interval = resampled && attempt('interval', () => intervalOfResult(resampled));
  return { result: { ...about, value, interval }, resampled: resampled ?? undefined };
}

/** A difference before p values are corrected for how many there are. */
export type UncorrectedDifference = Omit<PairedDifference, 'adjustedPValue'>;

/**
 * How much higher one metric is in run A than in run B on the same images.
 *
 * @param recorded what was measured of either run by itself, in the order of its own images
 */
export function measureDifference(
  [a, b]: RunPair,
  { labels, a: scoresA, b: scoresB, inOneOrder }: PairedScores,
  { key, ofScores }: RunMetric,
  recorded: readonly [a: BootstrapValues | undefined, b: BootstrapValues | undefined],
  notDefined: NotDefined[],
): UncorrectedDifference {
  const about = { category: a.category, metric: key, a: a.id, b: b.id };
  if (ofScores === undefined) {
    const [ofA, ofB] = [a.values[key], b.values[key]];
    const difference = typeof ofA === 'number' && typeof ofB === 'number' ? ofA - ofB : null;
    return { ...about, difference, interval: null, pValue: null };
  }
  const attempt = attemptsFor(notDefined, { metric: key, a: a.id, b: b.id });
  const difference = attempt('difference', () => ofScores(labels, scoresA) - ofScores(labels, scoresB));
  if (difference === null) return { ...about, difference, interval: null, pValue: null };
  const interval = attempt('interval-of-difference', () =>
    intervalOfResult(
      differenceOfValues(
        recorded[0] ?? resample(labels, scoresA, ofScores),
        (inOneOrder ? recorded[1] : undefined) ?? resample(labels, scoresB, ofScores),
      ),
    ),
  );
  const compared =
    ofScores === rocAuc ? attempt('test', () => compareRocAuc(labels, scoresA, scoresB)) : null;
  return { ...about, difference, interval, pValue: compared?.test?.pValue ?? null };
}

function resample(
  labels: readonly (0 | 1)[],
  scores: readonly number[],
  metric: ScoreMetric,
): BootstrapValues {
  return bootstrapValues(labels, scores, metric, resamplingFor(labels.length));
}

function intervalOfResult(values: BootstrapValues): ResultInterval {
  const { low, high } = intervalOfValues(values);
  return { low, high, confidence: CONFIDENCE };
}

const undefinedForSoundData: readonly string[] = ['one-class', 'no-positives', 'too-few', 'one-sided'];

/** Gives what a measurement gives, or `null` where sound data leave it undefined, which is noted. */
function attemptsFor(notDefined: NotDefined[], about: Omit<NotDefined, 'what' | 'error'>) {
  return <T>(what: NotDefined['what'], measure: () => T): T | null => {
    try {
      return measure();
    } catch (error) {
      if (!(error instanceof MetricError) || !undefinedForSoundData.includes(error.code)) throw error;
      notDefined.push({ what, ...about, error });
      return null;
    }
  };
}
