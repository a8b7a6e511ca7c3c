import type { Size } from '@utad/core';
import { MetricError } from './error';

/** How many maps of this size so many pixels are. */
export function countMaps(pixels: number, [height, width]: Size, metric: string): number {
  for (const side of [height, width]) {
    if (!Number.isInteger(side) || side < 1) {
      throw new MetricError(
        'range',
        `${metric}: expected a size of whole pixels, received ${height} x ${width}`,
      );
    }
  }
  const maps = pixels / (height * width);
  if (!Number.isInteger(maps)) {
    throw new MetricError(
      'length',
      `${metric}: expected whole maps of ${height} x ${width} pixels, received ${pixels} pixels`,
    );
  }
  return maps;
}

/** One map of this size, and no more. */
export function expectOneMap(pixels: number, size: Size, metric: string): void {
  if (countMaps(pixels, size, metric) === 1) return;
  throw new MetricError(
    'length',
    `${metric}: expected one map of ${size[0]} x ${size[1]} pixels, received ${pixels} pixels`,
  );
}
