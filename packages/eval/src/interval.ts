import { unexpected } from './error';
import { normalCdf, normalQuantile } from './normal';
import { quantile } from './quantile';

/** How the quantiles of resampled values become an interval. */
export type IntervalMethod =
  /** Bias-corrected and accelerated: Efron, "Better Bootstrap Confidence Intervals", JASA 82, 1987. */
  | 'bca'
  /** The quantiles themselves. */
  | 'percentile';

/** How a bootstrap is done. */
export interface BootstrapOptions {
  /** Coverage of the interval, in (0, 1). Default 0.95. */
  readonly confidence?: number;
  /** How often samples are drawn anew. Default 2000. */
  readonly resamples?: number;
  /** Default `bca`, which is right for skewed metrics such as an AUROC near 1; it measures N more times. */
  readonly method?: IntervalMethod;
  /** Fixes the draws: the same seed gives the same interval everywhere. Default 0. */
  readonly seed?: number;
}

/** A metric and the interval that its true value lies in with the confidence asked for. */
export interface ConfidenceInterval {
  /** The metric of the samples as they are. */
  readonly estimate: number;
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
}

/** What a bootstrap measured, and how its interval is to be taken. */
export interface BootstrapValues {
  /** Of the samples as they are. */
  readonly estimate: number;
  /** Of each resample, in the order of the draws. */
  readonly resampled: readonly number[];
  /** Of the samples of which one is left out, for each of either class; empty for `percentile`. */
  readonly withoutEach: readonly (readonly number[])[];
  /** As asked for. */
  readonly method: IntervalMethod;
  /** Coverage of the interval, in (0, 1). */
  readonly confidence: number;
}

/**
 * The interval of values that were made before.
 *
 * @throws {@link MetricError} `one-sided` where `bca` is undefined.
 *
 * @example
 * ```ts
 * const values = bootstrapValues([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], rocAuc, { method: 'percentile' });
 * intervalOfValues(values); // { estimate: 0.75, low: 0, high: 1 }, as bootstrapInterval gives
 * ```
 */
export function intervalOfValues({
  estimate,
  resampled,
  withoutEach,
  method,
  confidence,
}: BootstrapValues): ConfidenceInterval {
  return method === 'percentile'
    ? percentileInterval(estimate, resampled, confidence)
    : bcaInterval(estimate, resampled, confidence, withoutEach);
}

function percentileInterval(
  estimate: number,
  values: readonly number[],
  confidence: number,
): ConfidenceInterval {
  const tail = (1 - confidence) / 2;
  return { estimate, low: quantile(values, tail), high: quantile(values, 1 - tail) };
}

/**
 * Moves the quantiles for the bias of the resampled values, z0, and for the rate at which their spread changes with the
 * metric, a. In several classes a is summed as by Davison and Hinkley, "Bootstrap Methods and their Application", 1997,
 * section 5.3, and by scipy.stats.bootstrap.
 *
 * @param jackknife the metric without one sample, for each sample of each class
 */
function bcaInterval(
  estimate: number,
  values: readonly number[],
  confidence: number,
  jackknife: readonly (readonly number[])[],
): ConfidenceInterval {
  let below = 0;
  for (const value of values) below += value < estimate ? 1 : value === estimate ? 0.5 : 0;
  if (below === 0 || below === values.length) {
    const received = `all ${below === 0 ? 'above' : 'below'}; the percentile method has no such need`;
    throw unexpected(
      'one-sided',
      'bootstrap',
      `resampled values on both sides of the estimate ${estimate}`,
      received,
    );
  }
  const z0 = normalQuantile(below / values.length);
  const a = acceleration(jackknife);
  const level = (z: number) => normalCdf(z0 + (z0 + z) / (1 - a * (z0 + z)));
  const z = normalQuantile((1 - confidence) / 2);
  return { estimate, low: quantile(values, level(z)), high: quantile(values, level(-z)) };
}

function acceleration(byClass: readonly (readonly number[])[]): number {
  let cubes = 0;
  let squares = 0;
  for (const values of byClass) {
    const n = values.length;
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    for (const value of values) {
      const influence = (n - 1) * (mean - value);
      cubes += influence ** 3 / n ** 3;
      squares += influence ** 2 / n ** 2;
    }
  }
  // No sample makes a difference: nothing accelerates.
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}
