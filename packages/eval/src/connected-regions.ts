import type { Size } from '@utad/core';
import { countOnes, expectFinite, expectOneMap, expectSameLength } from './checks';
import { labelRegions } from './label-regions';

/** A rectangle of pixels. Places count from 0, at the top left. */
export interface Box {
  /** Of its leftmost column. */
  readonly x: number;
  /** Of its top row. */
  readonly y: number;
  /** In pixels, at least 1. */
  readonly width: number;
  /** In pixels, at least 1. */
  readonly height: number;
}

/** Pixels of a mask that touch each other, at a side or at a corner. */
export interface Region {
  /** The smallest box that holds all of it. */
  readonly box: Box;
  /** In pixels. */
  readonly area: number;
}

/** A {@link Region} that an anomaly map was laid over. */
export interface ScoredRegion extends Region {
  /** The highest value of the map in it. */
  readonly peak: number;
}

/** The regions of a mask, and which pixel belongs to which. */
export interface ConnectedRegions<R extends Region = Region> {
  /** `[H * W]`: 0 outside all regions, else 1 for a pixel of `regions[0]`, 2 for one of `regions[1]`, and so on. */
  readonly labels: Uint32Array;
  /** In the order of their first pixels, row by row. */
  readonly regions: readonly R[];
}

/**
 * The 8-connected regions of a mask: pixels that touch at a side or a corner belong together, as in the PRO metric.
 *
 * Numbered as `scipy.ndimage.label(mask, numpy.ones((3, 3)))` numbers them.
 *
 * @param mask - `[H * W]`, 0 good, 1 anomalous, row by row.
 * @param size - `[H, W]`.
 * @returns No regions for a mask of zeros.
 * @throws {@link MetricError} `length`, `label` or `range` for data that are wrong.
 *
 * @example
 * ```ts
 * connectedRegions([1, 0, 0, 1], [2, 2]).regions; // [{ box: { x: 0, y: 0, width: 2, height: 2 }, area: 2 }]
 * ```
 */
export function connectedRegions(mask: ArrayLike<number>, size: Size): ConnectedRegions;
/**
 * The same with the highest value of an anomaly map in each region.
 *
 * @param mask - `[H * W]`, 0 good, 1 anomalous, row by row.
 * @param size - `[H, W]`.
 * @param map - `[H * W]`, finite.
 * @throws {@link MetricError} as above, and `not-finite`.
 *
 * @example
 * ```ts
 * connectedRegions([1, 0, 0, 1], [2, 2], [0.7, 0.9, 0.1, 0.8]).regions[0]?.peak; // 0.8
 * ```
 */
export function connectedRegions(
  mask: ArrayLike<number>,
  size: Size,
  map: ArrayLike<number>,
): ConnectedRegions<ScoredRegion>;
export function connectedRegions(
  mask: ArrayLike<number>,
  size: Size,
  map?: ArrayLike<number>,
): ConnectedRegions {
  expectOneMap(mask.length, size, 'connectedRegions');
  countOnes(mask, 'connectedRegions', 'mask pixels');
  const { labels, count, areas } = labelRegions(mask, size);
  const regions = boxesOf(labels, count, size).map(
    ({ left, right, top, bottom }, index): Region => ({
      box: { x: left, y: top, width: right - left + 1, height: bottom - top + 1 },
      area: areas[index + 1] ?? 0,
    }),
  );
  if (map === undefined) return { labels, regions };
  expectSameLength('connectedRegions', ['mask pixels', mask], ['values of the map', map]);
  expectFinite(map, 'connectedRegions', 'values of the map');
  const peaks = peaksOf(labels, count, map);
  const scored = regions.map((region, index) => ({ ...region, peak: peaks[index] ?? Number.NaN }));
  return { labels, regions: scored };
}

/** Edges of a box, inclusive. */
function boxesOf(labels: Uint32Array, count: number, [height, width]: Size) {
  const boxes = Array.from({ length: count }, () => ({ left: width, right: 0, top: height, bottom: 0 }));
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const label = labels[i] ?? 0;
      const box = label === 0 ? undefined : boxes[label - 1];
      if (box === undefined) continue;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x);
      box.top = Math.min(box.top, y);
      box.bottom = y;
    }
  }
  return boxes;
}

function peaksOf(labels: Uint32Array, count: number, map: ArrayLike<number>): number[] {
  const peaks = Array.from({ length: count }, () => Number.NEGATIVE_INFINITY);
  for (let i = 0; i < labels.length; i++) {
    const value = map[i] ?? Number.NaN;
    const region = (labels[i] ?? 0) - 1;
    if (region >= 0) peaks[region] = Math.max(peaks[region] ?? value, value);
  }
  return peaks;
}
