import type {
  CheckpointOptions,
  Dataset,
  ImageBatch,
  Size,
  StageHistory,
  TensorData,
  TrainingEvent,
} from '@utad/core';
import type { Graph } from '@utad/onnx';

/**
 * How one number comes from the values of a map: their mean for images that are anomalous all over, their maximum for
 * defects that are small, a quantile of them, or the mean of their highest share.
 */
export type Reduction =
  | 'mean'
  | 'max'
  /** In [0, 1], by linear interpolation. */
  | { readonly quantile: number }
  /** In (0, 1]: at least one value. */
  | { readonly highest: number };

/** Names of what is wanted, or all that there is. */
export type Wanted = readonly string[] | 'all';

/** What {@link AnomalyDetector.predict} says beyond scores and maps; each costs time and memory, and is left out by default. */
export interface PredictOptions {
  /** Maps once more in this size, bilinearly with half-pixel centres, in {@link Prediction.resized}. */
  readonly resizeTo?: Size;
  /** Terms of the map. */
  readonly parts?: Wanted;
  /** Images that explain the map. */
  readonly pictures?: Wanted;
  /** The pictures whose pixel difference from the input is wanted as a map. */
  readonly differences?: Wanted;
}

/** Maps of a batch. */
export interface MapBatch {
  /** `[B, h, w]`, at least 0. */
  readonly values: Float32Array;
  /** `[B, ...resizeTo]`, where a size was asked for. Left out, {@link predictWhole} resizes. */
  readonly resized?: Float32Array;
  /** `[B]`: the mean of each map, at its own size. */
  readonly means: Float32Array;
  /** `[B]`: the largest value of each map, at its own size. */
  readonly maxima: Float32Array;
}

/** What a detector says of a batch of images. Plain data: nothing to dispose of. */
export interface Prediction {
  /** `[B]`; higher is more anomalous. */
  readonly scores: Float32Array;
  /** `[B, h, w]` of `mapSize`, at least 0; higher is more anomalous. */
  readonly maps: Float32Array;
  /** Height and width of the maps. */
  readonly mapSize: Size;
  /** `[B, ...resizeTo]`: the maps in the size that was asked for. Left out, {@link predictWhole} resizes. */
  readonly resized?: Float32Array;
  /** `[B]` each: mean and maximum of each map, where the engine has them. Left out, {@link predictWhole} computes them. */
  readonly reductions?: { readonly mean: Float32Array; readonly max: Float32Array };
  /** `[B]` each: mean of each term of the map, where it is a sum: they tell what it owes to what. */
  readonly contributions?: Readonly<Record<string, Float32Array>>;
  /** `[B, h, w]` each: the terms themselves, named as in `contributions`; those asked for. */
  readonly parts?: Readonly<Record<string, Float32Array>>;
  /** Images that explain the map, of the detector's input size; those asked for. */
  readonly pictures?: Readonly<Record<string, ImageBatch>>;
  /**
   * Mean over channels of |x - picture|, values from 0 to 1, at the input size; those asked for. Left out where pictures
   * are given, {@link predictWhole} computes them from these.
   */
  readonly differences?: Readonly<Record<string, MapBatch>>;
}

/** Latent codes of a batch. */
export interface CodeBatch {
  /** Image by image: `B * D` values. */
  readonly data: Float32Array;
  /** Number of images, length of a code. */
  readonly shape: readonly [batch: number, length: number];
}

/** How {@link AnomalyDetector.fit} trains. */
export interface FitOptions {
  /** Fixes data order and noise; initial weights are fixed where the detector is made. Default 0. */
  readonly seed?: number;
  /** Is told of steps, epochs and stages as they happen. */
  readonly onEvent?: (event: TrainingEvent) => void;
  /** When it aborts, training stops after the step in hand, saves a checkpoint and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Where to keep what an interrupted training needs to go on, and whether to go on from it. */
  readonly checkpoint?: CheckpointOptions;
  /** Good images kept out of training, on which losses are measured after each epoch. */
  readonly validation?: Dataset;
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
  /** SHA-256 in hexadecimal, of whatever its maker defines; a bundle opens only with an equal one. */
  readonly sha256: string;
  /** Where it came from: an address or a citation, for people. */
  readonly source?: string | undefined;
  /** Where it can be made again from a seed alone. */
  readonly seed?: number | undefined;
}

/** Learns from good images alone, then marks what is anomalous in others. */
export interface AnomalyDetector {
  /** The name of its {@link DetectorKind}. */
  readonly kind: string;
  /** Plain data from which `create` of its {@link DetectorKind} makes the same detector, untrained. */
  readonly config: unknown;
  /** Height and width of the images that it takes, in pixels. */
  readonly inputSize: Size;
  /** How the score comes from the anomaly map; left out where it is another number of the detector's own. */
  readonly reduction?: Reduction | undefined;
  /** What it was made with besides its configuration, by name. */
  readonly assets?: Readonly<Record<string, Asset>> | undefined;
  /** Learns from good images. Nothing is left behind, whether it ends, throws or is stopped. */
  fit(data: Dataset, options?: FitOptions): Promise<FitSummary>;
  /**
   * Scores and maps of a batch.
   *
   * @throws ImageSizeError when the images are not of the input size: resizing is the caller's.
   */
  predict(images: ImageBatch, options?: PredictOptions): Promise<Prediction>;
  /** Latent codes, for nearest neighbours and projections. */
  embed?(images: ImageBatch): Promise<CodeBatch>;
  /**
   * What `predict` computes, as a graph of ONNX operators, so that another engine can run it and a file can hold it: from
   * `images`, `[B, H, W, 3]` of float32 in [0, 1] at the input size, to `map` `[B, h, w]` and `score` `[B]`; where it has
   * them, `part/<name>` `[B, h, w]` and `picture/<name>` `[B, H, W, 3]` in [0, 1] for each of its parts and pictures, and
   * `code` `[B, D]`. Left out by detectors that cannot say it in operators.
   */
  graph?(): Promise<Graph>;
  /** What it has learned, as named tensors: weights, memory banks, Gaussians. A bundle stores them. */
  state(): Promise<ReadonlyMap<string, TensorData>>;
  /** Frees what it holds; it cannot be used afterwards. */
  dispose(): void;
}
