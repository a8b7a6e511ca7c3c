import type { Size } from '@utad/core';
import { countOnes, expectSameLength } from './binary';
import { hasRegion, labelRegions } from './label-regions';
import { countMaps } from './size';

/** How many regions there are, and of how many pixels the region of each pixel is. */
export interface RegionSizes {
  readonly regions: number;
  /** `[N]`: the area of the region that the pixel belongs to, 0 outside all regions. */
  readonly areaOf: Uint32Array;
}

/** Regions of ground truth that holds whole masks one after the other; regions never reach into the next mask. */
export function regionSizes(
  groundTruth: ArrayLike<number>,
  scores: ArrayLike<number>,
  size: Size,
  metric: string,
): RegionSizes {
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
