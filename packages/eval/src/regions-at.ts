import type { Size } from '@utad/core';
import { expectFinite } from './checks';
import { expectThreshold } from './confusion-at';
import { connectedRegions, type ScoredRegion } from './connected-regions';

/**
 * The regions that an anomaly map marks: the 8-connected pixels with `value >= threshold`.
 *
 * @param map - `[H * W]`, finite, row by row, higher is more anomalous.
 * @param size - `[H, W]`.
 * @param threshold - In the units of the map; may be infinite.
 * @returns The region with the highest peak first; of equal peaks the one that begins higher up, then further left.
 * @throws {@link MetricError} `length`, `not-finite` or `range` for data that are wrong.
 *
 * @example
 * ```ts
 * regionsAt([0.9, 0.1, 0.1, 0.6], [2, 2], 0.5);
 * // [{ box: { x: 0, y: 0, width: 2, height: 2 }, area: 2, peak: 0.9 }]
 * ```
 */
export function regionsAt(map: ArrayLike<number>, size: Size, threshold: number): ScoredRegion[] {
  expectThreshold(threshold, 'regionsAt');
  expectFinite(map, 'regionsAt', 'values of the map');
  const mask = new Uint8Array(map.length);
  for (let i = 0; i < map.length; i++) {
    if ((map[i] ?? Number.NaN) >= threshold) mask[i] = 1;
  }
  return [...connectedRegions(mask, size, map).regions].sort((a, b) => b.peak - a.peak);
}
