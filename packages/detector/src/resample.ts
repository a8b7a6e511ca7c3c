import type { Size } from '@utad/core';

/** An image row by row, three channels last: `H * W * 3` values. */
export interface Raster {
  readonly values: Float32Array;
  readonly size: Size;
}

/**
 * Bilinear resizing with half-pixel centres. When shrinking, the kernel widens so that no pixel of the source is left
 * out, as Pillow's `BILINEAR` and the loaders of `@utad/datasets` do: a detector must see new images as it saw those it
 * learnt from. Plain arithmetic rather than an operation of TensorFlow.js, so that every backend gives the same bits.
 */
export function resample(raster: Raster, size: Size): Raster {
  return transposed(resizedColumns(transposed(resizedColumns(raster, size[1])), size[0]));
}

/** Changes the width. */
function resizedColumns({ values, size: [height, width] }: Raster, to: number): Raster {
  if (to === width) return { values, size: [height, width] };
  const resized = new Float32Array(height * to * 3);
  for (const [column, { first, weights }] of contributions(width, to).entries()) {
    for (let row = 0; row < height; row++) {
      const target = (row * to + column) * 3;
      let source = (row * width + first) * 3;
      for (const weight of weights) {
        for (let channel = 0; channel < 3; channel++) {
          resized[target + channel] = (resized[target + channel] ?? 0) + weight * (values[source++] ?? 0);
        }
      }
    }
  }
  return { values: resized, size: [height, to] };
}

/** Rows for columns. */
function transposed({ values, size: [height, width] }: Raster): Raster {
  const turned = new Float32Array(values.length);
  let next = 0;
  for (let column = 0; column < width; column++) {
    for (let row = 0; row < height; row++) {
      const source = (row * width + column) * 3;
      for (let channel = 0; channel < 3; channel++) turned[next++] = values[source + channel] ?? 0;
    }
  }
  return { values: turned, size: [width, height] };
}

/** For each of `to` positions, the run of source pixels that it is a mean of, with their shares. */
function contributions(from: number, to: number): { first: number; weights: readonly number[] }[] {
  const scale = from / to;
  const reach = Math.max(1, scale);
  return Array.from({ length: to }, (_, index) => {
    const centre = (index + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(from, Math.floor(centre + reach + 0.5));
    const triangle = Array.from({ length: end - first }, (_, at) =>
      Math.max(0, 1 - Math.abs(first + at + 0.5 - centre) / reach),
    );
    const sum = triangle.reduce((total, weight) => total + weight, 0);
    return { first, weights: triangle.map((weight) => weight / sum) };
  });
}
