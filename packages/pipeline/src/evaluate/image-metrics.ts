import {
  averagePrecision,
  bestF1,
  bootstrapInterval,
  MetricError,
  type MetricErrorCode,
  rocAuc,
  type ScoreMetric,
} from '@utad/eval';
import type { EvaluatedImage, Evaluation, Interval } from './evaluation';

const metrics = {
  auroc: ['image AUROC', rocAuc],
  aupr: ['image average precision', averagePrecision],
  f1Max: ['largest image F1', (labels, scores) => bestF1(labels, scores).f1],
} as const satisfies Record<string, readonly [name: string, metric: ScoreMetric]>;

/** What the scores of images are worth, and how sure that is. */
export function imageMetrics(
  items: readonly EvaluatedImage[],
  definitions: Definitions,
): Pick<Evaluation, 'image'> & { readonly intervals: Evaluation['intervals']['image'] } {
  const labels = items.map(({ label }) => label);
  const own = items.map(({ score }) => score);
  const value = (key: keyof typeof metrics) => {
    const [name, metric] = metrics[key];
    return definitions.measure(name, 'images', () => metric(labels, own));
  };
  const under = (reduction: 'mean' | 'max') =>
    imageAurocOf(
      labels,
      items.map(({ scores }) => scores[reduction]),
      definitions,
    );
  const interval = (key: keyof typeof metrics, estimate: number | null) => {
    const [name, metric] = metrics[key];
    if (estimate === null) return null;
    return definitions.measure(`the interval of ${name}`, 'images', () => intervalOf(labels, own, metric));
  };
  const [auroc, aupr, f1Max] = [value('auroc'), value('aupr'), value('f1Max')];
  return {
    image: {
      auroc,
      aurocMean: under('mean'),
      aurocMax: under('max'),
      aupr,
      f1Max,
    },
    intervals: {
      auroc: interval('auroc', auroc),
      aupr: interval('aupr', aupr),
      f1Max: interval('f1Max', f1Max),
    },
  };
}

/** Of other scores of the same images. */
export function imageAurocOf(
  labels: readonly number[],
  scores: readonly number[],
  definitions: Definitions,
): number | null {
  const [name, metric] = metrics.auroc;
  return definitions.measure(name, 'images', () => metric(labels, scores));
}

const CONFIDENCE = 0.95;

/**
 * BCa measures once more for each image, so that its time grows with the square of their number: ten seconds and more for
 * 10,000 images and one metric. There the plain percentiles of half the draws take a second, and differ from it about as much
 * as another seed does: by 0.0015 at most on 1,200 and on 3,000 images.
 */
const MOST_FOR_BCA = 1000;

/**
 * Interval of a metric over images by bootstrap, stratified by class, seed 0.
 *
 * @throws MetricError `too-few` or `one-sided` where it is not defined, and what the metric throws.
 */
export function intervalOf(
  labels: readonly number[],
  scores: readonly number[],
  metric: ScoreMetric,
): Interval {
  const few = labels.length <= MOST_FOR_BCA;
  const method = few ? 'bca' : 'percentile';
  const { low, high } = bootstrapInterval(labels, scores, metric, {
    confidence: CONFIDENCE,
    resamples: few ? 2000 : 1000,
    method,
    seed: 0,
  });
  return { low, high, confidence: CONFIDENCE, method };
}

/** Why a metric may have no value for sound data. */
const REASONS: Partial<Record<MetricErrorCode, (of: string) => string>> = {
  'one-class': (of) => `the test set has not both good and anomalous ${of}`,
  'no-positives': (of) => `the test set has not both good and anomalous ${of}`,
  'too-few': (of) => `it takes two ${of} of either class to tell how they vary`,
  'one-sided': () => 'no set of images drawn anew came out on one side of it',
};

/** Numbers that are not defined become null, and a sentence for each reason says which and why. */
export class Definitions {
  private readonly names = new Map<string, string[]>();

  /**
   * @param of what the metric tells apart, in the plural
   * @throws MetricError of `measure` that tells of wrong data.
   */
  measure<T>(name: string, of: 'images' | 'pixels', measure: () => T): T | null {
    try {
      return measure();
    } catch (error) {
      if (!(error instanceof MetricError)) throw error;
      const reason = REASONS[error.code];
      if (reason === undefined) throw error;
      return this.undefinedFor(name, reason(of));
    }
  }

  undefinedFor(name: string, reason: string): null {
    const names = this.names.get(reason) ?? [];
    this.names.set(reason, names.includes(name) ? names : [...names, name]);
    return null;
  }

  get notes(): string[] {
    return [...this.names].map(([reason, names]) => `Not defined: ${listed(names)}; ${reason}.`);
  }
}

function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${last}` : last;
}
