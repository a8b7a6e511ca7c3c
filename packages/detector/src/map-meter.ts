import * as tf from '@tensorflow/tfjs';
import type { ImageRecord } from '@utad/core';
import { resizeNearest } from '@utad/core';
import { type MinMax, minMax } from '@utad/eval';
import type { Reduction } from './detector';
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

  /**
   * @param map `[B, H, W]`
   * @returns The values at {@link METRIC_SIZE}, one image after the other.
   * @throws MetricError when a value is not finite.
   */
  async add(map: tf.Tensor3D): Promise<Float32Array> {
    const resized = tf.tidy(() =>
      tf.image.resizeBilinear(map.expandDims<tf.Tensor4D>(3), [HEIGHT, WIDTH], false, true),
    ); // [B, 256, 256, 1]
    const values = await resized.data<'float32'>();
    resized.dispose();
    const { min, max } = minMax(values);
    this.range = { min: Math.min(min, this.range.min), max: Math.max(max, this.range.max) };
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
  return records.map(({ mask, size, maskSize = size }) => mask && resizeNearest(mask, maskSize, METRIC_SIZE));
}

/** The values of one image of what {@link MapMeter.add} returns. */
export function valuesOf(values: Float32Array, index: number): Float32Array {
  return values.subarray(index * PIXELS, (index + 1) * PIXELS);
}
