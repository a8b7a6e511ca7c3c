import type { Size } from '@utad/core';
import { unexpected } from './error';

/** Counts the ones of an array that must hold nothing but 0 and 1. */
export function countOnes(values: ArrayLike<number>, metric: string, name: string): number {
  let ones = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === 1) ones++;
    else if (value !== 0) {
      throw unexpected('label', metric, `${name} of 0 and 1`, `${value} at index ${i}`);
    }
  }
  return ones;
}

export function expectSameLength(
  metric: string,
  [firstName, first]: readonly [string, ArrayLike<number>],
  [secondName, second]: readonly [string, ArrayLike<number>],
): void {
  if (first.length === second.length) return;
  const received = `${first.length} and ${second.length}`;
  throw unexpected('length', metric, `as many ${firstName} as ${secondName}`, received);
}

/** NaN cannot be ranked, and an infinite score says nothing of how anomalous something is. */
export function expectFinite(values: ArrayLike<number>, metric: string, name: string): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw unexpected('not-finite', metric, `finite ${name}`, `${values[i]} at index ${i}`);
  }
}

/** How many maps of this size so many pixels are. */
export function countMaps(pixels: number, [height, width]: Size, metric: string): number {
  if (![height, width].every((side) => Number.isInteger(side) && side >= 1)) {
    throw unexpected('range', metric, 'a size of whole pixels', `${height} x ${width}`);
  }
  const maps = pixels / (height * width);
  if (!Number.isInteger(maps)) {
    throw unexpected('length', metric, `whole maps of ${height} x ${width} pixels`, `${pixels} pixels`);
  }
  return maps;
}

/** One map of this size, and no more. */
export function expectOneMap(pixels: number, size: Size, metric: string): void {
  if (countMaps(pixels, size, metric) === 1) return;
  throw unexpected('length', metric, `one map of ${size[0]} x ${size[1]} pixels`, `${pixels} pixels`);
}

export function expectConfidence(confidence: number, metric: string): void {
  if (confidence > 0 && confidence < 1) return;
  throw unexpected('range', metric, 'a confidence between 0 and 1', confidence);
}
