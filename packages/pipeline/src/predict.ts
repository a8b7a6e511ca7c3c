import { type ImageBatch, type Size, sliceOf } from '@utad/core';
import { type AnomalyDetector, normalizedScore, predictWhole, type Thresholds } from '@utad/detector';
import { regionsAt, type ScoredRegion } from '@utad/eval';
import type { Watch } from './events';
import { nextTurn } from './turns';

/** What a detector says of one image. */
export interface ImagePrediction {
  /** Higher is more anomalous. */
  readonly score: number;
  /** In [0, 1], 0.5 at the threshold. */
  readonly normalizedScore: number;
  /** Whether the score reaches the threshold. */
  readonly anomalous: boolean;
  /** Where the map reaches the pixel threshold, in pixels of the image; the highest peak first. */
  readonly regions: readonly ScoredRegion[];
  /** `h * w` values of `mapSize`, at least 0. */
  readonly map: Float32Array;
  /** Height and width of the map. */
  readonly mapSize: Size;
}

/** How {@link predictImages} predicts. */
export interface PredictImagesOptions extends Watch {
  /** Images at a time. Default 1: sets of them are not faster, and change the last digits. */
  readonly batchSize?: number;
}

/**
 * Predicts images one after the other, and judges them by thresholds. Several at once do not disturb each other.
 *
 * @param images of the detector's input size
 * @throws ImageSizeError when they are of another size.
 * @throws the signal's reason, between two batches
 */
export async function* predictImages(
  detector: Pick<AnomalyDetector, 'predict' | 'inputSize'>,
  thresholds: Thresholds,
  images: ImageBatch,
  { batchSize = 1, signal, onEvent }: PredictImagesOptions = {},
): AsyncGenerator<ImagePrediction> {
  const [total, height, width] = images.shape;
  const each = height * width * 3;
  for (let start = 0; start < total; start += batchSize) {
    signal?.throwIfAborted();
    const end = Math.min(start + batchSize, total);
    const data = images.data.subarray(start * each, end * each);
    yield* await predictBatch(detector, thresholds, { data, shape: [end - start, height, width, 3] });
    onEvent?.({ type: 'progress', task: 'images', done: end, total });
    await nextTurn();
  }
}

/**
 * What a detector says of a few images that it takes at once.
 *
 * @param sizes in whose pixels regions are given, for each image. Default the size of the batch.
 */
export async function predictBatch(
  detector: Pick<AnomalyDetector, 'predict' | 'inputSize'>,
  thresholds: Thresholds,
  images: ImageBatch,
  sizes: readonly Size[] = [],
): Promise<ImagePrediction[]> {
  const [count, height, width] = images.shape;
  const { scores, maps, mapSize } = await predictWhole(detector, images);
  return Array.from(scores, (score, index) => {
    const map = sliceOf(maps, index, count);
    return {
      score,
      normalizedScore: normalizedScore(score, thresholds.image),
      anomalous: score >= thresholds.image,
      regions: regionsAt(map, mapSize, thresholds.pixel).map((region) =>
        scaleRegion(region, mapSize, sizes[index] ?? [height, width]),
      ),
      map,
      mapSize,
    };
  });
}

/** The same region in pixels of an image of another size; its box reaches out to whole pixels. */
export function scaleRegion({ box, area, peak }: ScoredRegion, from: Size, to: Size): ScoredRegion {
  // Multiplied before it is divided, so that the edge of the map lands on the edge of the image and not a bit beyond.
  const down = (y: number) => (y * to[0]) / from[0];
  const across = (x: number) => (x * to[1]) / from[1];
  const [x, y] = [Math.floor(across(box.x)), Math.floor(down(box.y))];
  return {
    box: {
      x,
      y,
      width: Math.ceil(across(box.x + box.width)) - x,
      height: Math.ceil(down(box.y + box.height)) - y,
    },
    area: Math.round(down(across(area))),
    peak,
  };
}
