import type { Latent } from '@utad/report';
import { version } from '../../package.json';
import type { Evaluated } from './run-evaluation';

/** The contents of `metrics.json`, which is what `evaluate --json` prints. */
export function metricsOf(evaluated: Evaluated, latent: Latent | undefined, report: string) {
  const { plan, detector, manifest, evaluation, meanImageAuroc, testSeed, backend, notes } = evaluated;
  const { image, pixel, testThresholds } = evaluation;
  return {
    detector: manifest.kind,
    dataset: plan.source.dataset,
    category: plan.source.category,
    images: evaluation.images,
    testSet: { root: plan.source.root, limit: plan.limit, seed: testSeed },
    weights: detector.assets ?? {},
    backend: { name: backend.name, version: backend.version, device: backend.device },
    seconds: evaluation.seconds,
    image,
    pixel,
    intervals: evaluation.intervals,
    kinds: evaluation.kinds.map(({ defectType, ...result }) => ({ kind: defectType, ...result })),
    meanImageAuroc,
    pixelDifference: evaluation.pixelDifference,
    repairs: evaluation.repairs,
    ...(latent && { latent: { dimensions: latent.dimensions, distances: latent.distances ?? null } }),
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
