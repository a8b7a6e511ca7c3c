import { type ImageRecord, resizeNearest, type Size, sliceOf } from '@utad/core';
import { type MapBatch, type Reduction, reduceMaps } from '@utad/detector';
import { type MinMax, minMax, PixelAccumulator } from '@utad/eval';
import { METRIC_SIZE } from '../metric-size';
import type { RepairMeasure } from './evaluation';

/** The maps of a batch, in their own size and in {@link METRIC_SIZE}. */
export type MeasuredMaps = Required<MapBatch>;

/** What the metrics need of the maps of a test set, of which none is kept. */
export class MapMeter {
  /** The score of each image under either of two reductions. */
  readonly scores: Record<'mean' | 'max', number[]> = { mean: [], max: [] };
  /** The score of each image under the detector's own reduction; none where it has none. */
  readonly own: number[] = [];
  /** Smallest and largest value at {@link METRIC_SIZE}. */
  range: MinMax = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };

  constructor(private readonly reduction: Reduction | undefined) {}

  /** @throws MetricError when a value is not finite. */
  add({ values, resized, means, maxima }: MeasuredMaps): void {
    const { min, max } = minMax(resized);
    this.range = { min: Math.min(min, this.range.min), max: Math.max(max, this.range.max) };
    this.scores.mean.push(...means);
    this.scores.max.push(...maxima);
    const { reduction } = this;
    if (reduction === 'mean') this.own.push(...means);
    else if (reduction === 'max') this.own.push(...maxima);
    else if (reduction !== undefined) this.own.push(...reduceMaps(values, means.length, reduction));
  }
}

/** The masks of a batch at the size of metrics; undefined where one is not known. */
export function masksOf(records: readonly ImageRecord[], to: Size): (Uint8Array | undefined)[] {
  return records.map(({ mask, size, maskSize = size }) => mask && resizeNearest(mask, maskSize, to));
}

/** What the metrics need of the difference between images and one of the pictures that explain their maps. */
export class DifferenceMeter {
  readonly maps: MapMeter;
  /** Values against ground truth at {@link METRIC_SIZE}; undefined once an image had no mask. */
  pixels: PixelAccumulator | undefined = new PixelAccumulator();
  private readonly inside = { sum: 0, pixels: 0 };
  private readonly outside = { sum: 0, pixels: 0 };
  private readonly good = { sum: 0, pixels: 0 };

  /** @param size of the maps and masks that are compared. */
  constructor(
    reduction: Reduction | undefined,
    private readonly size: Size = METRIC_SIZE,
  ) {
    this.maps = new MapMeter(reduction);
  }

  /**
   * @param masks of its images, at {@link METRIC_SIZE}
   * @throws MetricError when a value is not finite, or a mask holds other than 0 and 1.
   */
  add(maps: MeasuredMaps, masks: readonly (Uint8Array | undefined)[]): void {
    this.maps.add(maps);
    for (const [index, mask] of masks.entries()) {
      if (mask === undefined) {
        this.pixels = undefined;
        continue;
      }
      const ofImage = sliceOf(maps.resized, index, masks.length);
      this.pixels?.add(ofImage, mask, this.size);
      this.addRepair(ofImage, mask);
    }
  }

  /** What lies inside masks and outside; undefined where no image had a defect, or its mask was all of it. */
  repair(): RepairMeasure | undefined {
    const { inside, outside, good } = this;
    if (inside.pixels === 0 || outside.pixels === 0) return undefined;
    const sum = inside.sum + outside.sum;
    return {
      inside: inside.sum / inside.pixels,
      outside: outside.sum / outside.pixels,
      good: good.pixels === 0 ? null : good.sum / good.pixels,
      share: sum === 0 ? 0 : inside.sum / sum,
      area: inside.pixels / (inside.pixels + outside.pixels),
    };
  }

  private addRepair(map: Float32Array, mask: Uint8Array): void {
    const outside = mask.includes(1) ? this.outside : this.good;
    for (const [index, value] of map.entries()) {
      const side = mask[index] === 1 ? this.inside : outside;
      side.sum += value;
      side.pixels += 1;
    }
  }
}
