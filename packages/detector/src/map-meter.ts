import * as tf from '@tensorflow/tfjs';
import { type MinMax, minMax, PixelAccumulator } from '@utad/eval';
import type { ImageRecord } from '@utad/training';
import type { Reduction } from './detector';
import { resizeMask } from './mask';
import { METRIC_SIZE } from './metric-size';
import { scoreOf } from './score';

const [HEIGHT, WIDTH] = METRIC_SIZE;
const PIXELS = HEIGHT * WIDTH;

/** What the metrics need of the maps of a test set, of which none is kept. */
export class MapMeter {
  /** The score of each image under either reduction. */
  readonly scores: Record<Reduction, number[]> = { mean: [], max: [] };
  /** Smallest and largest value at {@link METRIC_SIZE}. */
  range: MinMax = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
  /** Values against ground truth at {@link METRIC_SIZE}; undefined once an image had no mask. */
  pixels: PixelAccumulator | undefined = new PixelAccumulator();

  /**
   * @param map `[B, H, W]`
   * @param masks from {@link masksOf}
   * @throws MetricError when a value is not finite, or a mask holds other than 0 and 1.
   */
  async add(map: tf.Tensor3D, masks: Uint8Array | undefined): Promise<void> {
    const resized = tf.tidy(() =>
      tf.image.resizeBilinear(map.expandDims<tf.Tensor4D>(3), [HEIGHT, WIDTH], false, true),
    ); // [B, 256, 256, 1]
    const values = await resized.data<'float32'>();
    resized.dispose();
    const { min, max } = minMax(values);
    this.range = { min: Math.min(min, this.range.min), max: Math.max(max, this.range.max) };
    if (masks === undefined) this.pixels = undefined;
    else this.pixels?.add(values, masks, METRIC_SIZE);
    for (const reduction of ['mean', 'max'] as const) {
      const score = scoreOf(map, reduction);
      this.scores[reduction].push(...(await score.data<'float32'>()));
      score.dispose();
    }
  }
}

/** The masks of a batch at {@link METRIC_SIZE}, one after the other; undefined where one is not known. */
export function masksOf(records: readonly ImageRecord[]): Uint8Array | undefined {
  const masks = new Uint8Array(records.length * PIXELS);
  for (const [index, { mask, size, maskSize = size }] of records.entries()) {
    if (mask === undefined) return undefined;
    masks.set(resizeMask(mask, maskSize, METRIC_SIZE), index * PIXELS);
  }
  return masks;
}
