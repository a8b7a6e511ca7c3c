import { build, indices, type NdArray, sides4, sizeOf, valueAt } from '../nd-array';

export interface ConvolutionGeometry {
  readonly stride: number;
  readonly pad: 'same' | 'valid';
  /** Default 1. */
  readonly dilation?: number;
}

/** Length of the output and zeros before the input, along one axis, as TensorFlow defines them. */
function outputAxis(
  input: number,
  kernel: number,
  { stride, pad, dilation = 1 }: ConvolutionGeometry,
): { readonly length: number; readonly before: number } {
  const reach = (kernel - 1) * dilation + 1;
  if (pad === 'valid') return { length: Math.floor((input - reach) / stride) + 1, before: 0 };
  const length = Math.ceil(input / stride);
  return { length, before: Math.floor(Math.max(0, (length - 1) * stride + reach - input) / 2) };
}

type Shape4 = readonly [number, number, number, number];

/** Every product of a convolution once: the places of x, filter and y that take part in it. */
function forEachProduct(
  [batch, height, width, channels]: Shape4,
  [kernelHeight, kernelWidth, , filters]: Shape4,
  geometry: ConvolutionGeometry,
  visit: (x: number, filter: number, y: number) => void,
): void {
  const { stride, dilation = 1 } = geometry;
  const rows = outputAxis(height, kernelHeight, geometry);
  const columns = outputAxis(width, kernelWidth, geometry);
  for (let b = 0; b < batch; b++) {
    for (let row = 0; row < rows.length; row++) {
      for (let column = 0; column < columns.length; column++) {
        for (let i = 0; i < kernelHeight; i++) {
          const h = row * stride + i * dilation - rows.before;
          if (h < 0 || h >= height) continue;
          for (let j = 0; j < kernelWidth; j++) {
            const w = column * stride + j * dilation - columns.before;
            if (w < 0 || w >= width) continue;
            for (let c = 0; c < channels; c++) {
              for (let f = 0; f < filters; f++) {
                visit(
                  ((b * height + h) * width + w) * channels + c,
                  ((i * kernelWidth + j) * channels + c) * filters + f,
                  ((b * rows.length + row) * columns.length + column) * filters + f,
                );
              }
            }
          }
        }
      }
    }
  }
}

function outputShape(x: Shape4, filter: Shape4, geometry: ConvolutionGeometry): Shape4 {
  const rows = outputAxis(x[1], filter[0], geometry).length;
  return [x[0], rows, outputAxis(x[2], filter[1], geometry).length, filter[3]];
}

/** y = x * filter, `[B, H, W, C]` with `[h, w, C, F]`. */
export function convolution(x: NdArray, filter: NdArray, geometry: ConvolutionGeometry): NdArray {
  const shape = outputShape(sides4(x), sides4(filter), geometry);
  const y = new Float64Array(sizeOf(shape));
  forEachProduct(sides4(x), sides4(filter), geometry, (atX, atFilter, atY) => {
    y[atY] = (y[atY] ?? 0) + (x.values[atX] ?? 0) * (filter.values[atFilter] ?? 0);
  });
  return { shape, values: y };
}

/** The gradient with respect to x of a convolution whose x has this shape: also what a transposed convolution computes. */
export function convolutionInputGradient(
  dy: NdArray,
  filter: NdArray,
  shape: readonly number[],
  geometry: ConvolutionGeometry,
): NdArray {
  const dx = new Float64Array(sizeOf(shape));
  forEachProduct(sides4({ shape }), sides4(filter), geometry, (atX, atFilter, atY) => {
    dx[atX] = (dx[atX] ?? 0) + (dy.values[atY] ?? 0) * (filter.values[atFilter] ?? 0);
  });
  return { shape, values: dx };
}

/** The gradient with respect to a filter of this shape. */
export function convolutionFilterGradient(
  dy: NdArray,
  x: NdArray,
  shape: readonly number[],
  geometry: ConvolutionGeometry,
): NdArray {
  const dFilter = new Float64Array(sizeOf(shape));
  forEachProduct(sides4(x), sides4({ shape }), geometry, (atX, atFilter, atY) => {
    dFilter[atFilter] = (dFilter[atFilter] ?? 0) + (dy.values[atY] ?? 0) * (x.values[atX] ?? 0);
  });
  return { shape, values: dFilter };
}

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
