import type { Size } from '@utad/core';
import type { AnomalyDetector, BundleManifest } from '@utad/detector';
import type { Latent } from '@utad/report';
import { version } from '../../package.json';
import type { Evaluation } from '../evaluate/evaluation';
import { METRIC_SIZE } from '../metric-size';
import type { Words } from '../words';
import type { DataSource } from './data';
import type { ChosenEngine } from './engine';
import type { RunConfig } from './run-folder';

/** A test set measured. */
export interface Evaluated {
  readonly source: DataSource;
  readonly limit: number | null;
  readonly config: RunConfig | undefined;
  readonly detector: Pick<AnomalyDetector, 'assets'>;
  readonly manifest: BundleManifest;
  readonly words: Words;
  /** By which images were drawn, or chosen under a limit. */
  readonly testSeed: number;
  /** Where pixel metrics were taken. Default {@link METRIC_SIZE}. */
  readonly metricSize?: Size;
  readonly evaluation: Evaluation;
  /** Image AUROC of the distance to the mean training image; null where it can't be had. */
  readonly meanImageAuroc: number | null;
  readonly backend: Pick<ChosenEngine, 'engine' | 'name' | 'version' | 'device' | 'reason'>;
  readonly notes: readonly string[];
}

/** The contents of `metrics.json`, which is what `evaluate --json` prints. */
export function metricsOf(evaluated: Evaluated, latent: Latent | undefined, report: string) {
  const {
    source,
    limit,
    detector,
    manifest,
    evaluation,
    meanImageAuroc,
    testSeed,
    metricSize,
    backend,
    notes,
  } = evaluated;
  const { image, pixel, testThresholds } = evaluation;
  const isUsual = metricSize === undefined || metricSize.join() === METRIC_SIZE.join();
  return {
    /** Its kind. */
    detector: manifest.kind,
    /** What it was tested on. */
    dataset: source.dataset,
    /** The product or normal class; null where there is none. */
    category: source.category,
    /** How many there were. */
    images: evaluation.images,
    /** Where they lay, at most how many were taken, and the seed that chose them. */
    testSet: { root: source.root, limit, seed: testSeed },
    /** Pretrained weights that it measures with, by name. */
    weights: detector.assets ?? {},
    /** What computed. */
    backend: {
      name: backend.name,
      version: backend.version,
      device: backend.device,
      engine: backend.engine,
    },
    /** Of predicting and measuring. */
    seconds: evaluation.seconds,
    /** Over whole images; null where a note says why. */
    image,
    /** Over pixels; null where a note says why. */
    pixel,
    ...(!isUsual && {
      /** Height and width at which pixels were measured, where it is not the usual 256x256. */
      metricSize,
    }),
    /** How sure the numbers over images are. */
    intervals: evaluation.intervals,
    /** Of each type of defect, and of good images. */
    kinds: evaluation.kinds.map(({ defectType, ...result }) => ({ kind: defectType, ...result })),
    /** Of the distance to the mean training image, the plainest of detectors. */
    meanImageAuroc,
    /** Of what pictures differ from the input, as detectors. */
    pixelDifference: evaluation.pixelDifference,
    /** Where pictures differ from the input. */
    repairs: evaluation.repairs,
    ...(latent && {
      /** Of latent codes: their length, and how far groups lie from the training images. */
      latent: { dimensions: latent.dimensions, distances: latent.distances ?? null },
    }),
    ...(evaluation.restoration && {
      /** How near pictures come to the clean twins. */
      restoration: evaluation.restoration,
    }),
    ...(evaluation.shares && {
      /** What share of the map each of its terms has. */
      shares: evaluation.shares,
    }),
    /** How the score comes from the map. */
    score: manifest.score,
    /** By which images and pixels are called anomalous. */
    thresholds: {
      image: manifest.thresholds.image,
      pixel: { fitted: manifest.thresholds.pixel, ...testThresholds },
      ...(manifest.thresholds.engine !== undefined && {
        /** What computed the scores that they were fitted on. */
        engine: manifest.thresholds.engine,
      }),
    },
    /** What it learned from. */
    training: manifest.training,
    /** Of what trained and what evaluated it. */
    versions: { ...manifest.versions, evaluatedWith: version },
    /** Path of the report. */
    report,
    /** Sentences that a reader of the numbers must know. */
    notes,
  };
}

/**
 * What an evaluation came to, as `metrics.json` holds it.
 *
 * @interface
 */
export type Metrics = ReturnType<typeof metricsOf>;
