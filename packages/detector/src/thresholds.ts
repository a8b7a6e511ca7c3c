import { type Dataset, readImages, resizeNearest } from '@utad/core';
import { PixelAccumulator, quantile } from '@utad/eval';
import type { AnomalyDetector } from './detector';
import { insideRoi, RoiDetector } from './roi';

/** Where good ends and anomalous begins; `score >= threshold` is anomalous. */
export interface Thresholds {
  /** For image scores. */
  readonly image: number;
  /** For values of the anomaly map. */
  readonly pixel: number;
  /** How many held-out good images they were fitted on. */
  readonly images: number;
}

/** Share of held-out good images, and of their pixels, that stay below the fitted thresholds. */
export const IMAGE_QUANTILE = 0.95;
/** Share of held-out good images' pixels that stays below the fitted threshold of the map. */
export const PIXEL_QUANTILE = 0.999;

/**
 * Thresholds from good images that were kept out of training: the 0.95 quantile of their scores, and the 0.999 quantile
 * of all their map values.
 *
 * @throws MetricError when there are no images, or a map is not finite.
 */
export async function fitThresholds(
  detector: AnomalyDetector,
  heldOut: Dataset,
  { batchSize = 8, signal }: { readonly batchSize?: number; readonly signal?: AbortSignal } = {},
): Promise<Thresholds> {
  const scores: number[] = [];
  const pixels = new PixelAccumulator();
  const roi = detector instanceof RoiDetector ? detector.roi : undefined;
  for await (const { images } of readImages(heldOut, { batchSize, size: detector.inputSize })) {
    signal?.throwIfAborted();
    const { scores: ofBatch, maps, mapSize } = await detector.predict(images);
    if (roi === undefined) pixels.add(maps, new Uint8Array(maps.length), mapSize);
    else {
      const inside = insideRoi(maps, ofBatch.length, resizeNearest(roi.mask, roi.size, mapSize));
      pixels.add(inside, new Uint8Array(inside.length), [1, inside.length]);
    }
    scores.push(...ofBatch);
  }
  return {
    image: quantile(scores, IMAGE_QUANTILE),
    pixel: pixels.quantile(PIXEL_QUANTILE),
    images: scores.length,
  };
}
