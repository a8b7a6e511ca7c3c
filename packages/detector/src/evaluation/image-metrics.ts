import { averagePrecision, bestF1, rocAuc, type ScoreMetric } from '@utad/eval';
import type { Reduction } from '../detector';
import type { Definitions } from './defined';
import type { EvaluatedImage, Evaluation } from './evaluation';
import { intervalOf } from './intervals';

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
  const under = (reduction: Reduction) =>
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
