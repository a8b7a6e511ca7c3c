import type { Size } from '@utad/core';
import { CompensatedSum } from './compensated-sum';
import { splitByLabel } from './rank';
import { regionSizes } from './region-sizes';
import { expectBothClasses } from './steps';

/** A per-region overlap curve: three arrays of equal length, from the strictest threshold to the loosest. */
export interface ProCurve {
  /** Share of all defect-free pixels at or over the threshold, those of good images included; ascending from 0 to 1. */
  readonly falsePositiveRate: Float64Array;
  /** Share of a region's pixels at or over the threshold, averaged over all regions; ascending from 0 to 1. */
  readonly overlap: Float64Array;
  /** Descending: `Infinity`, then every distinct score. */
  readonly thresholds: Float64Array;
}

/**
 * Per-region overlap (PRO) against the false positive rate of the rule `score >= threshold`, one point for each distinct
 * score: `PRO = 1/R * sum over regions C of |C and found| / |C|`.
 *
 * Bergmann, Batzner, Fauser, Sattlegger and Steger, "The MVTec Anomaly Detection Dataset", IJCV 129, 2021, section on the
 * per-region overlap. Regions are the 8-connected components of each mask, so that a scratch of ten pixels weighs as
 * much as a dent of ten thousand.
 *
 * @param groundTruth - `[B * H * W]`, 0 good, 1 anomalous: whole masks one after the other.
 * @param scores - `[B * H * W]`, finite, higher is more anomalous.
 * @param size - `[H, W]` of each map.
 * @throws {@link MetricError} `one-class` without an anomalous or without a good pixel; `length`, `label`, `not-finite` or
 * `range` for data that are wrong.
 *
 * @example
 * ```ts
 * const { falsePositiveRate, overlap } = proCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], [1, 4]);
 * // falsePositiveRate [0, 0, 0.5, 0.5, 1], overlap [0, 0.5, 0.5, 1, 1]
 * ```
 */
export function proCurve(groundTruth: ArrayLike<number>, scores: ArrayLike<number>, size: Size): ProCurve {
  const { regions, areaOf } = regionSizes(groundTruth, scores, size, 'proCurve');
  const { positives, negatives } = splitByLabel(groundTruth, scores, 'proCurve', 'ground truth pixels');
  const counts = { positives: positives.length, negatives: negatives.length };
  expectBothClasses(counts, 'proCurve', 'ground truth pixels');

  const order = new Uint32Array(groundTruth.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  // -0 and 0 tie, and a threshold is never -0.
  const scoreAt = (index: number) => (scores[index] ?? Number.NaN) + 0;
  order.sort((a, b) => scoreAt(b) - scoreAt(a));

  let points = 1;
  for (let place = 0; place < order.length; place++) if (endsTie(place)) points++;
  const falsePositiveRate = new Float64Array(points);
  const overlap = new Float64Array(points);
  const thresholds = new Float64Array(points);
  thresholds[0] = Number.POSITIVE_INFINITY;
  const covered = new CompensatedSum();
  let falsePositives = 0;
  for (let place = 0, point = 1; place < order.length; place++) {
    const index = order[place] ?? 0;
    const area = areaOf[index] ?? 0;
    if (area === 0) falsePositives++;
    else covered.add(1 / area);
    if (!endsTie(place)) continue;
    falsePositiveRate[point] = falsePositives / counts.negatives;
    // All pixels of a region may add up to a hair more than 1.
    overlap[point] = Math.min(covered.value / regions, 1);
    thresholds[point++] = scoreAt(index);
  }
  return { falsePositiveRate, overlap, thresholds };

  function endsTie(place: number): boolean {
    const next = order[place + 1];
    return next === undefined || scoreAt(next) !== scoreAt(order[place] ?? 0);
  }
}
