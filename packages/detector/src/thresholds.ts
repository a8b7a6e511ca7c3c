import { type Dataset, readImages, resizeNearest } from '@utad/core';
import { PixelAccumulator, quantile, quantileExceedance } from '@utad/eval';
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
  /** What computed the scores that they were fitted on, such as `tfjs, tfjs-node`; on another the last digits differ. */
  readonly engine?: string | undefined;
}

/** Share of held-out good images, and of their pixels, that stay below the fitted thresholds. */
export const IMAGE_QUANTILE = 0.95;
/** Share of held-out good images' pixels that stays below the fitted threshold of the map. */
export const PIXEL_QUANTILE = 0.999;

/** With fewer held-out images than this, no image stands for the share that may reach the threshold. */
const ENOUGH_IMAGES = 20;
/** How many training images are looked at. */
const LEARNED_IMAGES = 8;
/** Scores of one image differ by so much of themselves, as it comes alone or among others. */
const ROUNDING = 1e-5;

/** How {@link fitThresholds} fits. */
export interface FitThresholdsOptions {
  /** Images at a time. Default 8. */
  readonly batchSize?: number;
  /** When it aborts, fitting rejects with its reason, between two batches. */
  readonly signal?: AbortSignal;
  /**
   * What the detector learned from: a few of these images are scored too. Where they and all held-out ones have the same
   * score, the image threshold is the next larger number, so that images that are all alike are good.
   */
  readonly learnedFrom?: Dataset;
  /** Is told, in a sentence each, why the thresholds may mean little. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Thresholds from good images that were kept out of training: the 0.95 quantile of their scores, and the 0.999 quantile
 * of all their map values.
 *
 * @throws MetricError when there are no images, or a map is not finite.
 */
export async function fitThresholds(
  detector: AnomalyDetector,
  heldOut: Dataset,
  { batchSize = 8, signal, learnedFrom, onWarning }: FitThresholdsOptions = {},
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
  const threshold = quantile(scores, IMAGE_QUANTILE);
  const learned = learnedFrom === undefined ? [] : await scoresOf(detector, learnedFrom, signal);
  for (const message of warningsOf(scores, learned, threshold)) onWarning?.(message);
  const all = [...scores, ...learned];
  return {
    image: learned.length > 0 && areSame(all) ? nextScore(Math.max(...all)) : threshold,
    pixel: pixels.quantile(PIXEL_QUANTILE),
    images: scores.length,
  };
}

/** Scores of a few images, spread over all, one at a time as they are predicted. */
async function scoresOf(
  detector: AnomalyDetector,
  data: Dataset,
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const scores: number[] = [];
  const count = Math.min(LEARNED_IMAGES, data.count);
  const order = Array.from({ length: count }, (_, at) => Math.floor((at * data.count) / count));
  for await (const { images } of readImages(data, { order, batchSize: 1, size: detector.inputSize })) {
    signal?.throwIfAborted();
    scores.push(...(await detector.predict(images)).scores);
  }
  return scores;
}

function* warningsOf(scores: readonly number[], learned: readonly number[], threshold: number) {
  const count = scores.length;
  if (count < ENOUGH_IMAGES) {
    const { expected, upper } = quantileExceedance(count, IMAGE_QUANTILE);
    const rests = `The image threshold rests on ${count} held-out good ${count === 1 ? 'image' : 'images'}`;
    yield `${rests}: expect false alarms on about ${percent(expected)} of good images, and by chance on up to about ${percent(upper)}; more good images to train on make it firmer.`;
  }
  if (learned.length > 0 && areSame([...scores, ...learned])) {
    yield `Held-out and training images give the same score, ${threshold}: any image that scores more is called anomalous, since nothing shows how much good images differ.`;
    return;
  }
  if (count > 1 && areSame(scores)) {
    yield `All ${count} held-out images give the same score, ${threshold}: nothing shows how much good images differ.`;
  }
  if (learned.length > 0 && learned.every((score) => score >= threshold)) {
    yield `All ${learned.length} training images looked at reach the image threshold themselves: it is too low to tell good from anomalous.`;
  }
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;

function areSame(scores: readonly number[]): boolean {
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  return high - low <= ROUNDING * Math.max(Math.abs(low), Math.abs(high));
}

/** The next larger number among those that a score can be, which have 32 bits. */
function nextScore(score: number): number {
  const value = Float32Array.of(score);
  const bits = new Int32Array(value.buffer);
  bits[0] = score === 0 ? 1 : (bits[0] ?? 0) + (score > 0 ? 1 : -1);
  return value[0] ?? score;
}
