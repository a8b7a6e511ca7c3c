import { type Dataset, everyIndex } from '@utad/core';
import { PixelAccumulator, quantile } from '@utad/eval';
import { readBatches } from '@utad/training';
import { type AnomalyDetector, disposePrediction } from './detector';

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
  { batchSize = 8 }: { batchSize?: number } = {},
): Promise<Thresholds> {
  const scores: number[] = [];
  const pixels = new PixelAccumulator();
  const order = everyIndex(heldOut);
  for await (const { images } of readBatches(heldOut, { order, batchSize, size: detector.inputSize })) {
    try {
      const prediction = detector.predict(images);
      const values = await prediction.anomalyMap.data<'float32'>();
      pixels.add(values, new Uint8Array(values.length), detector.inputSize);
      scores.push(...(await prediction.score.data<'float32'>()));
      disposePrediction(prediction);
    } finally {
      images.dispose();
    }
  }
  return {
    image: quantile(scores, IMAGE_QUANTILE),
    pixel: pixels.quantile(PIXEL_QUANTILE),
    images: scores.length,
  };
}
