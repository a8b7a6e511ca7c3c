import { build, indices, type NdArray, sides4, sizeOf, valueAt } from '../nd-array';
import { outputAxis } from './convolution';

export interface PoolGeometry {
  readonly window: number;
  readonly stride: number;
  readonly pad: 'same' | 'valid';
}

/** The places of a window, row by row, without those in the padding. */
function windowOf(
  [b = 0, row = 0, column = 0, c = 0]: readonly number[],
  x: NdArray,
  geometry: PoolGeometry,
): (readonly number[])[] {
  const [, height, width] = sides4(x);
  const { window, stride } = geometry;
  const top = row * stride - outputAxis(height, window, geometry).before;
  const left = column * stride - outputAxis(width, window, geometry).before;
  const places: number[][] = [];
  for (let h = Math.max(0, top); h < Math.min(height, top + window); h++) {
    for (let w = Math.max(0, left); w < Math.min(width, left + window); w++) places.push([b, h, w, c]);
  }
  return places;
}

function pooledShape(x: NdArray, geometry: PoolGeometry): readonly number[] {
  const [batch, height, width, channels] = sides4(x);
  const side = (input: number) => outputAxis(input, geometry.window, geometry).length;
  return [batch, side(height), side(width), channels];
}

/** The largest of each window. */
export function maxPool(x: NdArray, geometry: PoolGeometry): NdArray {
  return build(pooledShape(x, geometry), (index) =>
    Math.max(...windowOf(index, x, geometry).map((place) => valueAt(x, place))),
  );
}

/** The gradient of {@link maxPool}: all of dy goes to the first, row by row, of the largest values of a window. */
export function maxPoolGradient(dy: NdArray, x: NdArray, geometry: PoolGeometry): NdArray {
  const dx = new Float64Array(sizeOf(x.shape));
  const [, height, width, channels] = sides4(x);
  for (const index of indices(pooledShape(x, geometry))) {
    const places = windowOf(index, x, geometry);
    const largest = Math.max(...places.map((place) => valueAt(x, place)));
    const [b = 0, h = 0, w = 0, c = 0] = places.find((place) => valueAt(x, place) === largest) ?? [];
    const at = ((b * height + h) * width + w) * channels + c;
    dx[at] = (dx[at] ?? 0) + valueAt(dy, index);
  }
  return { shape: x.shape, values: dx };
}

/** The mean of each window; values in the padding do not count. */
export function avgPool(x: NdArray, geometry: PoolGeometry): NdArray {
  return build(pooledShape(x, geometry), (index) => {
    const places = windowOf(index, x, geometry);
    return places.reduce((sum, place) => sum + valueAt(x, place), 0) / places.length;
  });
}
