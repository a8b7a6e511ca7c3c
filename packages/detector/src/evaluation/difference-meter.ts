import type * as tf from '@tensorflow/tfjs';
import { PixelAccumulator } from '@utad/eval';
import { MapMeter, valuesOf } from '../map-meter';
import { METRIC_SIZE } from '../metric-size';
import { RepairMeter } from './repair-meter';

/** What the metrics need of the difference between images and one of their intermediate images. */
export class DifferenceMeter {
  readonly maps = new MapMeter();
  readonly repair = new RepairMeter();
  /** Values against ground truth at {@link METRIC_SIZE}; undefined once an image had no mask. */
  pixels: PixelAccumulator | undefined = new PixelAccumulator();

  /**
   * @param map `[B, H, W]`
   * @param masks of its images, at {@link METRIC_SIZE}
   * @throws MetricError when a value is not finite, or a mask holds other than 0 and 1.
   */
  async add(map: tf.Tensor3D, masks: readonly (Uint8Array | undefined)[]): Promise<void> {
    const values = await this.maps.add(map);
    for (const [index, mask] of masks.entries()) {
      if (mask === undefined) {
        this.pixels = undefined;
        continue;
      }
      const ofImage = valuesOf(values, index);
      this.pixels?.add(ofImage, mask, METRIC_SIZE);
      this.repair.add(ofImage, mask);
    }
  }
}
