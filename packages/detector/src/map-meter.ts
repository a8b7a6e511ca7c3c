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
   * @param masks from {@link allMasks}
   * @returns The values at {@link METRIC_SIZE}, one image after the other.
   * @throws MetricError when a value is not finite, or a mask holds other than 0 and 1.
   */
  async add(map: tf.Tensor3D, masks: Uint8Array | undefined): Promise<Float32Array> {
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
    return values;
  }
}

/** The masks of a batch at {@link METRIC_SIZE}; undefined where one is not known. */
export function masksOf(records: readonly ImageRecord[]): (Uint8Array | undefined)[] {
  return records.map(({ mask, size, maskSize = size }) => mask && resizeMask(mask, maskSize, METRIC_SIZE));
}

/** What {@link MapMeter.add} wants of them: one after the other, or nothing where one is not known. */
export function allMasks(masks: readonly (Uint8Array | undefined)[]): Uint8Array | undefined {
  const all = new Uint8Array(masks.length * PIXELS);
  for (const [index, mask] of masks.entries()) {
    if (mask === undefined) return undefined;
    all.set(mask, index * PIXELS);
  }
  return all;
}

/** The values of one image of what {@link MapMeter.add} returns. */
export function valuesOf(values: Float32Array, index: number): Float32Array {
  return values.subarray(index * PIXELS, (index + 1) * PIXELS);
}
