import type { Dataset } from '@utad/core';
import type { AnomalyDetector, BundleManifest, EvaluatedImage, Prediction } from '@utad/detector';
import type { Batch } from '@utad/training';
import type { OpenedData } from '../data/open-data';
import type { EvaluationPlan } from './run-evaluation';

/** Sees every batch of an evaluation, so that each image is predicted once, whoever wants something of it. */
export interface EvaluationObserver {
  /** Needs the parts of the maps, which take memory. Default false. */
  readonly wantsParts?: boolean;
  /**
   * The tensors are disposed of once it is done; it disposes of none.
   *
   * @param items in the order of the images of the batch
   */
  see(batch: Batch, prediction: Prediction, items: readonly EvaluatedImage[]): Promise<void>;
}

/** What is about to be evaluated. */
export interface OpenedEvaluation {
  readonly plan: EvaluationPlan;
  readonly detector: AnomalyDetector;
  readonly manifest: BundleManifest;
  readonly test: Dataset;
  readonly fileSizeOf: OpenedData['fileSizeOf'];
}

/** Observers are made when detector and test set are open: they need thresholds, sizes and counts. */
export type ObserverMaker = (opened: OpenedEvaluation) => readonly EvaluationObserver[];
