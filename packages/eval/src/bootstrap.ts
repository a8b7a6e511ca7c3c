import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { MetricError } from './error';
import { type BootstrapOptions, type BootstrapValues, type ConfidenceInterval, intervalOf } from './interval';

/**
 * Resamples with replacement within each class, so that every resample has as many good and anomalous samples as there
 * are, and place by place the same labels.
 *
 * @param labels `[N]`, 0 and 1, checked already
 * @param measure what the metric is of the samples with these indices, `[N]` or one fewer
 */
export function bootstrap(
  labels: ArrayLike<number>,
  measure: (indices: Uint32Array) => number,
  options: BootstrapOptions,
  metric: string,
): ConfidenceInterval {
  return intervalOf(resample(labels, measure, options, metric));
}

/** What an interval is taken from; as {@link bootstrap}. */
export function resample(
  labels: ArrayLike<number>,
  measure: (indices: Uint32Array) => number,
  { confidence = 0.95, resamples = 2000, method = 'bca', seed = 0 }: BootstrapOptions,
  metric: string,
): BootstrapValues {
  if (!(confidence > 0 && confidence < 1)) {
    throw new MetricError(
      'range',
      `${metric}: expected a confidence between 0 and 1, received ${confidence}`,
    );
  }
  if (!Number.isInteger(resamples) || resamples < 1) {
    throw new MetricError('range', `${metric}: expected a whole number of resamples, received ${resamples}`);
  }
  if (!Number.isInteger(seed)) {
    throw new MetricError('range', `${metric}: expected a whole number as seed, received ${seed}`);
  }
  const classes = byLabel(labels, metric);
  const finite = (indices: Uint32Array) => {
    const value = measure(indices);
    if (Number.isFinite(value)) return value;
    throw new MetricError(
      'not-finite',
      `${metric}: expected a finite value of the metric, received ${value}`,
    );
  };
  const all = Uint32Array.from({ length: labels.length }, (_, index) => index);
  const estimate = finite(all);
  const generator = xoroshiro128plus(seed);
  const drawn = new Uint32Array(labels.length);
  const resampled = Array.from({ length: resamples }, () => {
    for (const members of classes) {
      for (const member of members)
        drawn[member] = members[uniformInt(generator, 0, members.length - 1)] ?? 0;
    }
    return finite(drawn);
  });
  const without = (left: number) => finite(all.filter((index) => index !== left));
  const withoutEach = method === 'percentile' ? [] : classes.map((members) => members.map(without));
  return { estimate, resampled, withoutEach, method, confidence };
}

/** Indices of the samples of each class that occurs. */
function byLabel(labels: ArrayLike<number>, metric: string): number[][] {
  const classes: [number[], number[]] = [[], []];
  for (let i = 0; i < labels.length; i++) classes[labels[i] === 1 ? 1 : 0].push(i);
  for (const [label, members] of classes.entries()) {
    if (members.length !== 1) continue;
    throw new MetricError(
      'too-few',
      `${metric}: expected two samples or more of a class, received one with label ${label}`,
    );
  }
  const present = classes.filter(({ length }) => length > 0);
  if (present.length === 0) throw new MetricError('empty', `${metric}: expected samples, received none`);
  return present;
}
