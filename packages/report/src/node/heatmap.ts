import type { Size } from '@utad/core';
import { interpolateInferno } from 'd3-scale-chromatic';
import { expectLength, unexpected } from '../error';
import { type Raster, toPng } from './raster';

/** Inferno, a perceptually uniform colour map: 256 colours, RGB, from black over red to pale yellow. */
const colours = Uint8Array.from({ length: 256 }, (_, i) => i).reduce(
  (table, i) => {
    const hex = Number.parseInt(interpolateInferno(i / 255).slice(1), 16);
    table.set([hex >> 16, (hex >> 8) & 255, hex & 255], i * 3);
    return table;
  },
  new Uint8Array(256 * 3),
);

export function heatmapRaster(
  map: Float32Array,
  size: Size,
  [low, high]: readonly [low: number, high: number],
): Raster {
  expectLength('anomaly map', map, size);
  if (!(Number.isFinite(low) && Number.isFinite(high) && low <= high)) {
    throw unexpected('range', 'anomaly map', 'a range [low, high]', `[${low}, ${high}]`);
  }
  const perUnit = high > low ? 255 / (high - low) : 0;
  const pixels = new Uint8Array(map.length * 3);
  map.forEach((value, i) => {
    if (Number.isNaN(value)) throw unexpected('not-finite', 'anomaly map', 'numbers', `NaN at index ${i}`);
    const colour = Math.round(Math.min(Math.max(value - low, 0) * perUnit, 255)) * 3;
    // One by one: a view for each pixel would take ten times as long.
    pixels[i * 3] = colours[colour] ?? 0;
    pixels[i * 3 + 1] = colours[colour + 1] ?? 0;
    pixels[i * 3 + 2] = colours[colour + 2] ?? 0;
  });
  return { pixels, size };
}

/**
 * Draws an anomaly map in the colours of inferno: black is least anomalous, pale yellow most.
 *
 * @param map - `H * W` values, row by row; higher is more anomalous.
 * @param size - Height and width of the map and of the picture.
 * @param range - The values shown as black and as pale yellow; values outside are clipped. Maps are comparable when
 * their ranges are the same.
 * @returns A PNG file of that size, RGB.
 * @throws `ReportError` When the length does not fit the size, the map holds NaN or the range is not one.
 */
export async function heatmap(
  map: Float32Array,
  size: Size,
  range: readonly [low: number, high: number],
): Promise<Uint8Array> {
  return toPng(heatmapRaster(map, size, range));
}

/** The colours in a row of 256 pixels, for a legend: the `data:` address of a PNG. */
export async function colourScale(): Promise<string> {
  const steps = Float32Array.from({ length: 256 }, (_, i) => i);
  const png = await toPng(heatmapRaster(steps, [1, 256], [0, 255]));
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}
