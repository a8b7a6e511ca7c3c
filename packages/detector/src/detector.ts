import type * as tf from '@tensorflow/tfjs';
import type { Dataset, Size } from '@utad/core';
import type { CheckpointOptions, Images, StageHistory, TrainingEvent } from '@utad/training';

/** What a detector says of a batch of images. Dispose of it with {@link disposePrediction}. */
export interface Prediction {
  /** `[B, H, W]`, at least 0; higher is more anomalous. */
  readonly anomalyMap: tf.Tensor3D;
  /** `[B]`; higher is more anomalous. */
  readonly score: tf.Tensor1D;
  /** Mean of the map's parts, each `[B]`, where the map is a sum: they tell what it owes to which layer or pair. */
  readonly contributions?: Readonly<Record<string, tf.Tensor1D>>;
  /**
   * The parts themselves, `[B, H, W]` each, at least 0, named as their means in `contributions` are. Only where they were
   * asked for, of a detector that can tell.
   */
  readonly parts?: Readonly<Record<string, tf.Tensor3D>>;
  /** Images that explain the map, each `[B, H, W, 3]` in [0, 1], such as the reconstruction. */
  readonly intermediates: Readonly<Record<string, Images>>;
}

/** What {@link AnomalyDetector.predict} says beyond maps and scores. */
export interface PredictOptions {
  /** Keep the parts of the map, which take its memory again for each of them. Default false. */
  readonly parts?: boolean;
}

/** How {@link AnomalyDetector.fit} trains. */
export interface FitOptions {
  /** Fixes data order and noise; initial weights are fixed where the detector is made. Default 0. */
  seed?: number;
  /** Is told of steps, epochs and stages as they happen. */
  onEvent?: (event: TrainingEvent) => void;
  /** When it aborts, training stops after the step in hand, saves a checkpoint and rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Where to keep what an interrupted training needs to go on, and whether to go on from it. */
  checkpoint?: CheckpointOptions;
  /** Good images kept out of training, on which losses are measured after each epoch. */
  validation?: Dataset;
}

/** What a training came to. */
export interface FitSummary {
  /** The course of each stage, first to last. */
  readonly stages: readonly StageHistory[];
}

/** Something that a detector needs and a bundle does not store, such as pretrained weights. */
export interface Asset {
  /** For people. */
  readonly name: string;
  /** SHA-256 in hexadecimal, of whatever its maker defines; a bundle loads only with an equal one. */
  readonly sha256: string;
  /** Where it can be made again from a seed alone. */
  readonly seed?: number | undefined;
}

/** Mean of the map for images that are anomalous all over, maximum for defects that are small. */
export type Reduction = 'mean' | 'max';

/** Learns from good images alone, then marks what is anomalous in others. */
export interface AnomalyDetector {
  /** The name of its {@link DetectorKind}. */
  readonly kind: string;
  /** Plain data from which `create` of its {@link DetectorKind} makes the same detector, untrained. */
  readonly config: unknown;
  /** Height and width of the images that it takes, in pixels. */
  readonly inputSize: Size;
  /** How the score comes from the anomaly map. */
  readonly reduction: Reduction;
  /** What it was made with besides its networks, by name. */
  readonly assets?: Readonly<Record<string, Asset>>;
  /** Learns from good images. No tensor is left behind, whether it ends, throws or is stopped. */
  fit(data: Dataset, options?: FitOptions): Promise<FitSummary>;
  /** The caller owns the result; see {@link disposePrediction}. A detector without parts need not look at the options. */
  predict(images: Images, options?: PredictOptions): Prediction;
  /** Latent codes `[B, D]`, for nearest neighbours and projections. */
  embed?(images: Images): tf.Tensor2D;
  /** What a bundle stores, by name. */
  networks(): Readonly<Record<string, tf.LayersModel>>;
  /** Frees all its tensors; it cannot be used afterwards. */
  dispose(): void;
}

/** Frees every tensor of a prediction. */
export function disposePrediction(prediction: Prediction): void {
  prediction.anomalyMap.dispose();
  prediction.score.dispose();
  for (const image of Object.values(prediction.intermediates)) image.dispose();
  for (const mean of Object.values(prediction.contributions ?? {})) mean.dispose();
  for (const part of Object.values(prediction.parts ?? {})) part.dispose();
}
