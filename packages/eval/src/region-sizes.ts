import type { Size } from '@utad/core';
import { countMaps, countOnes, expectSameLength } from './checks';
import { hasRegion, labelRegions } from './label-regions';

/**
 * Regions of ground truth that holds whole masks one after the other; regions never reach into the next mask.
 *
 * @returns How many there are, and `[N]`, the area of the region that each pixel belongs to, 0 outside all regions.
 */
export function regionSizes(
  groundTruth: ArrayLike<number>,
  scores: ArrayLike<number>,
  size: Size,
  metric: string,
): { readonly regions: number; readonly areaOf: Uint32Array } {
  expectSameLength(metric, ['ground truth pixels', groundTruth], ['scores', scores]);
  const maps = countMaps(groundTruth.length, size, metric);
  countOnes(groundTruth, metric, 'ground truth pixels');
  const areaOf = new Uint32Array(groundTruth.length);
  const pixels = size[0] * size[1];
  let regions = 0;
  for (let map = 0; map < maps; map++) {
    const start = map * pixels;
    if (!hasRegion(groundTruth, start, start + pixels)) continue;
    const { labels, count, areas } = labelRegions(groundTruth, size, start);
    regions += count;
    for (let i = 0; i < pixels; i++) areaOf[start + i] = areas[labels[i] ?? 0] ?? 0;
  }
  return { regions, areaOf };
}
