import type { Size } from '@utad/core';
import { AUPRO_LIMIT, type AuproOptions, expectLimit } from '../aupro';
import { averagePrecisionOf } from '../average-precision';
import { type BestF1, bestF1Of } from '../best-f1';
import { type BestIou, bestIouOf } from '../best-iou';
import { countMaps, countOnes, expectSameLength } from '../checks';
import { CompensatedSum } from '../compensated-sum';
import { type Confusion, confusionOf, expectThreshold } from '../confusion-at';
import { unexpected } from '../error';
import { f1Of } from '../f1-at';
import { iouOf } from '../iou-at';
import { hasRegion, labelRegions } from '../label-regions';
import type { MinMax } from '../min-max';
import { expectShare, quantileOf } from '../quantile';
import { rocAucOf } from '../roc-auc';
import { expectBothClasses } from '../steps';
import { curvesOf, type PixelCurves } from './curves';
import { isFiniteBits } from './score-key';
import { ScoreTable } from './score-table';

/** How fine {@link PixelAccumulator.curves} are. */
export interface CurvesOptions {
  /** No rate moves by more than one part in so many between neighbouring points. Default 500. */
  readonly points?: number;
}

/**
 * Pixel metrics of a test set that is too large for memory: maps are added one by one and forgotten.
 *
 * Exact, and equal to the functions of the same names over all pixels at once: it counts how many good and anomalous
 * pixels have each float32 score, which is all that these metrics depend on, and for the per-region overlap the sum of
 * one divided by the area of its region over the pixels of each score. Only the last digits of AUPRO may depend on the
 * order of adding.
 *
 * Memory grows with distinct scores, not with pixels. Good pixels take 2 to 4 bytes each where scores are sparse; where
 * they are dense, 64 KB for each 1/128 of a factor of two (8 MB for scores from 0.5 to 1, as much for those from 0.25 to
 * 0.5), and five times that where more than 255 pixels share a score. Anomalous pixels take 6 to 12 bytes each where scores
 * are sparse and at most 107 MB for each factor of two where they are dense. {@link byteLength} tells.
 *
 * @example
 * ```ts
 * const pixels = new PixelAccumulator();
 * pixels.add(Float32Array.of(0.1, 0.4), [0, 0], [1, 2]);
 * pixels.add(Float32Array.of(0.35, 0.8), [1, 1], [1, 2]);
 * pixels.rocAuc(); // 0.75
 * pixels.averagePrecision(); // 0.833
 * pixels.bestF1(); // { f1: 0.8, threshold: 0.35 }, the float32 next to it
 * pixels.aupro(); // 0.5
 * pixels.iouAt(0.4); // 1 of 3: 0.333
 * ```
 */
export class PixelAccumulator {
  private readonly table = new ScoreTable();
  private regions = 0;

  /**
   * Adds one map, or several one after the other.
   *
   * @param scores - `[B * H * W]`, finite, higher is more anomalous. Float32, since scores of double precision would have
   * to be rounded and could then tie.
   * @param groundTruth - `[B * H * W]`, 0 good, 1 anomalous: whole masks one after the other.
   * @param size - `[H, W]` of each map; may differ from call to call.
   * @throws {@link MetricError} `not-float32`, `length`, `label`, `not-finite` or `range` for data that are wrong; nothing
   * of them is counted then.
   */
  add(scores: Float32Array, groundTruth: ArrayLike<number>, size: Size): void {
    const metric = 'PixelAccumulator.add';
    if (!(scores instanceof Float32Array)) {
      throw unexpected('not-float32', metric, 'scores in a Float32Array', typeof scores);
    }
    expectSameLength(metric, ['ground truth pixels', groundTruth], ['scores', scores]);
    const maps = countMaps(scores.length, size, metric);
    countOnes(groundTruth, metric, 'ground truth pixels');
    const words = new Int32Array(scores.buffer, scores.byteOffset, scores.length);
    const wrong = words.findIndex((word) => !isFiniteBits(word));
    if (wrong >= 0) {
      throw unexpected('not-finite', metric, 'finite scores', `${scores[wrong]} at index ${wrong}`);
    }
    const pixels = size[0] * size[1];
    for (let start = 0; start < maps * pixels; start += pixels) {
      const map = words.subarray(start, start + pixels);
      if (!hasRegion(groundTruth, start, start + pixels)) {
        this.table.add(map);
        continue;
      }
      const regions = labelRegions(groundTruth, size, start);
      this.table.add(map, regions);
      this.regions += regions.count;
    }
  }

  /**
   * Adds all that another one has counted, as if its maps were added here; the other one stays as it is. So the parts of a
   * test set are counted apart and read together, without a second pass over the maps.
   */
  merge(other: PixelAccumulator): void {
    this.table.addTable(other.table);
    this.regions += other.regions;
  }

  /** How many good and anomalous pixels were added. */
  get pixels(): { readonly good: number; readonly anomalous: number } {
    return { good: this.table.negatives, anomalous: this.table.positives };
  }

  /** How much memory the counts take, in bytes. */
  get byteLength(): number {
    return this.table.byteLength;
  }

  /**
   * As {@link rocAuc} of all pixels.
   *
   * @throws {@link MetricError} `one-class`.
   */
  rocAuc(): number {
    return rocAucOf(this.table, 'PixelAccumulator.rocAuc');
  }

  /**
   * As {@link averagePrecision} of all pixels.
   *
   * @throws {@link MetricError} `no-positives`.
   */
  averagePrecision(): number {
    return averagePrecisionOf(this.table, 'PixelAccumulator.averagePrecision');
  }

  /**
   * As {@link aupro} of all maps.
   *
   * @throws {@link MetricError} `one-class`; `range` for a limit outside (0, 1].
   */
  aupro({ limit = AUPRO_LIMIT }: AuproOptions = {}): number {
    const metric = 'PixelAccumulator.aupro';
    expectLimit(limit, metric);
    expectBothClasses(this.table, metric, 'ground truth pixels');
    const area = new CompensatedSum();
    let lastRate = 0;
    let lastOverlap = 0;
    this.table.each((_, __, falsePositives, covered) => {
      if (lastRate >= limit) return;
      const rate = falsePositives / this.table.negatives;
      const overlap = covered / this.regions;
      const share = rate > limit ? (limit - lastRate) / (rate - lastRate) : 1;
      const end = lastOverlap + (overlap - lastOverlap) * share;
      area.add((Math.min(rate, limit) - lastRate) * ((lastOverlap + end) / 2));
      lastRate = rate;
      lastOverlap = overlap;
    });
    return area.value / limit;
  }

  /**
   * As {@link bestF1} of all pixels.
   *
   * @throws {@link MetricError} `no-positives`.
   */
  bestF1(): BestF1 {
    return bestF1Of(this.table, 'PixelAccumulator.bestF1');
  }

  /**
   * As {@link bestIou} of all pixels.
   *
   * @throws {@link MetricError} `no-positives`.
   */
  bestIou(): BestIou {
    return bestIouOf(this.table, 'PixelAccumulator.bestIou');
  }

  /**
   * As {@link confusionAt} of all pixels.
   *
   * @throws {@link MetricError} `range` for a threshold that is NaN.
   */
  confusionAt(threshold: number): Confusion {
    return this.countAt(threshold, 'PixelAccumulator.confusionAt');
  }

  /**
   * As {@link f1At} of all pixels.
   *
   * @throws {@link MetricError} `no-positives`; `range` for a threshold that is NaN.
   */
  f1At(threshold: number): number {
    const metric = 'PixelAccumulator.f1At';
    return f1Of(this.countAt(threshold, metric), threshold, metric);
  }

  /**
   * As {@link iouAt} of all pixels.
   *
   * @throws {@link MetricError} `no-positives`; `range` for a threshold that is NaN.
   */
  iouAt(threshold: number): number {
    const metric = 'PixelAccumulator.iouAt';
    return iouOf(this.countAt(threshold, metric), threshold, metric);
  }

  /**
   * As {@link quantile} of all scores, good and anomalous.
   *
   * @throws {@link MetricError} `empty`; `range` for a q outside [0, 1].
   */
  quantile(q: number): number {
    const metric = 'PixelAccumulator.quantile';
    expectShare(q, metric);
    return quantileOf(q, this.expectPixels(metric), (rank) => this.table.scoreAt(rank));
  }

  /**
   * As {@link minMax} of all scores, good and anomalous.
   *
   * @throws {@link MetricError} `empty`.
   */
  minMax(): MinMax {
    const count = this.expectPixels('PixelAccumulator.minMax');
    return { min: this.table.scoreAt(0), max: this.table.scoreAt(count - 1) };
  }

  /**
   * The curves, for drawing: a few of their points, each exact. No rate moves by more than `1 / points` from one to the
   * next but where pixels tie, and where a stretch of good pixels alone makes ROC and PRO curve a straight line.
   *
   * @throws {@link MetricError} `one-class`; `range` for points that are not a whole number from 1.
   */
  curves({ points = 500 }: CurvesOptions = {}): PixelCurves {
    const metric = 'PixelAccumulator.curves';
    if (!Number.isInteger(points) || points < 1) {
      throw unexpected('range', metric, 'a whole number of points', points);
    }
    expectBothClasses(this.table, metric, 'ground truth pixels');
    return curvesOf(this.table, this.regions, points);
  }

  private expectPixels(metric: string): number {
    const count = this.table.positives + this.table.negatives;
    if (count === 0) throw unexpected('empty', metric, 'at least one map', 'none');
    return count;
  }

  private countAt(threshold: number, metric: string): Confusion {
    expectThreshold(threshold, metric);
    const { truePositives, falsePositives } = this.table.countFrom(threshold);
    return confusionOf(truePositives, falsePositives, this.table);
  }
}
