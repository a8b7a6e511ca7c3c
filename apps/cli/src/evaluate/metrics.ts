import { version } from '../../package.json';
import type { Evaluated } from './run-evaluation';

/** The contents of `metrics.json`, which is what `evaluate --json` prints. */
export function metricsOf(evaluated: Evaluated, report: string) {
  const { plan, detector, manifest, evaluation, meanImageAuroc, backend, notes } = evaluated;
  const { image, pixel, testThresholds } = evaluation;
  return {
    detector: manifest.kind,
    dataset: plan.source.dataset,
    category: plan.source.category,
    images: evaluation.images,
    weights: detector.assets ?? {},
    backend: { name: backend.name, version: backend.version, device: backend.device },
    seconds: evaluation.seconds,
    image: { auroc: image.auroc, aurocMean: image.aurocMean, aurocMax: image.aurocMax },
    pixel: { auroc: pixel.auroc, iou: pixel.iou },
    meanImageAuroc,
    pixelDifference: evaluation.pixelDifference,
    ...(evaluation.restoration && { restoration: evaluation.restoration }),
    ...(evaluation.shares && { shares: evaluation.shares }),
    score: manifest.score,
    thresholds: {
      image: manifest.thresholds.image,
      pixel: { fitted: manifest.thresholds.pixel, ...testThresholds },
    },
    training: manifest.training,
    versions: { ...manifest.versions, evaluatedWith: version },
    report,
    notes,
  };
}

export type Metrics = ReturnType<typeof metricsOf>;
