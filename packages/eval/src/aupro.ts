import type { Size } from '@utad/core';
import { CompensatedSum } from './compensated-sum';
import { unexpected } from './error';
import { splitByLabel } from './rank';
import { regionSizes } from './region-sizes';
import { countBelow, countUpTo, sortScores } from './sorted';
import { expectBothClasses } from './steps';

/** How {@link aupro} integrates. */
export interface AuproOptions {
  /** The false positive rate up to which the curve counts, in (0, 1]. Default 0.3, as MVTec recommends. */
  readonly limit?: number;
}

/** The rate up to which the PRO curve counts unless said otherwise. */
export const AUPRO_LIMIT = 0.3;

/**
 * Area under the per-region overlap curve up to a false positive rate, divided by that rate.
 *
 * Bergmann et al., IJCV 129, 2021, section on the per-region overlap; {@link proCurve} has the definition of the curve.
 * Its points are joined by straight lines, and the value at the limit is interpolated, as in MVTec's own evaluation.
 * Exact: summed over pixels of regions rather than over points, since the curve is the mean of one step for each such
 * pixel.
 *
 * @param groundTruth - `[B * H * W]`, 0 good, 1 anomalous: whole masks one after the other.
 * @param scores - `[B * H * W]`, finite, higher is more anomalous.
 * @param size - `[H, W]` of each map.
 * @returns In [0, 1], higher is better; chance is `limit / 2`.
 * @throws {@link MetricError} `one-class` without an anomalous or without a good pixel; `range` for a limit outside (0, 1];
 * `length`, `label`, `not-finite` or `range` for data that are wrong.
 *
 * @example
 * ```ts
 * // One region of two pixels: one found before any good pixel, the other after one of two.
 * aupro([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], [1, 4]); // 0.5
 * aupro([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], [1, 4], { limit: 1 }); // 0.75
 * ```
 */
export function aupro(
  groundTruth: ArrayLike<number>,
  scores: ArrayLike<number>,
  size: Size,
  { limit = AUPRO_LIMIT }: AuproOptions = {},
): number {
  expectLimit(limit, 'aupro');
  const { regions, areaOf } = regionSizes(groundTruth, scores, size, 'aupro');
  const { positives, negatives } = splitByLabel(groundTruth, scores, 'aupro', 'ground truth pixels');
  expectBothClasses(
    { positives: positives.length, negatives: negatives.length },
    'aupro',
    'ground truth pixels',
  );
  sortScores(negatives);
  const good = negatives.length;
  const area = new CompensatedSum();
  for (let i = 0; i < areaOf.length; i++) {
    const pixels = areaOf[i] ?? 0;
    if (pixels === 0) continue;
    const score = scores[i] ?? Number.NaN;
    const above = (good - countUpTo(negatives, score)) / good;
    const from = (good - countBelow(negatives, score)) / good;
    area.add(areaUpTo(limit, above, from) / pixels);
  }
  return area.value / regions / limit;
}

/** Area up to the limit under a line that is 0 up to one rate, rises to 1 at another, and stays there. */
function areaUpTo(limit: number, from: number, to: number): number {
  if (limit >= to) return limit - (from + to) / 2;
  if (limit <= from) return 0;
  return (limit - from) ** 2 / (2 * (to - from));
}

export function expectLimit(limit: number, metric: string): void {
  if (limit > 0 && limit <= 1) return;
  throw unexpected('range', metric, 'a limit in (0, 1]', limit);
}
