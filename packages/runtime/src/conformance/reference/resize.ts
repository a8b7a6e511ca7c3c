import { build, type NdArray, sides4, valueAt } from '../nd-array';

export interface ResizeOptions {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** Where along one axis an output pixel reads, in input pixels; may lie outside. */
function place(index: number, input: number, output: number, options: ResizeOptions): number {
  const aligned = options.alignCorners && output > 1;
  const scale = aligned ? (input - 1) / (output - 1) : input / output;
  return options.halfPixelCenters ? (index + 0.5) * scale - 0.5 : index * scale;
}

/** Bilinear resizing; pixels beyond the border are those of the border. */
export function resizeBilinear(x: NdArray, size: readonly [number, number], options: ResizeOptions): NdArray {
  const [batch, height, width, channels] = sides4(x);
  return build([batch, ...size, channels], ([b = 0, row = 0, column = 0, c = 0]) => {
    const [h, w] = [place(row, height, size[0], options), place(column, width, size[1], options)];
    const [top, left] = [Math.floor(h), Math.floor(w)];
    const at = (y: number, z: number) =>
      valueAt(x, [b, Math.min(height - 1, Math.max(0, y)), Math.min(width - 1, Math.max(0, z)), c]);
    const above = at(top, left) * (1 - (w - left)) + at(top, left + 1) * (w - left);
    const below = at(top + 1, left) * (1 - (w - left)) + at(top + 1, left + 1) * (w - left);
    return above * (1 - (h - top)) + below * (h - top);
  });
}

/** Nearest-neighbour resizing, as TensorFlow picks the neighbour: half-pixel centres take the pixel they fall into. */
export function resizeNearest(x: NdArray, size: readonly [number, number], options: ResizeOptions): NdArray {
  const [batch, height, width, channels] = sides4(x);
  const nearest = (index: number, input: number, output: number) => {
    const exact = place(index, input, output, options) + (options.halfPixelCenters ? 0.5 : 0);
    return Math.min(input - 1, options.alignCorners ? Math.round(exact) : Math.floor(exact));
  };
  return build([batch, ...size, channels], ([b = 0, row = 0, column = 0, c = 0]) =>
    valueAt(x, [b, nearest(row, height, size[0]), nearest(column, width, size[1]), c]),
  );
}
