import { type NdArray, sides4, sizeOf } from '../nd-array';

export interface ConvolutionGeometry {
  readonly stride: number;
  readonly pad: 'same' | 'valid';
  /** Default 1. */
  readonly dilation?: number;
}

/** Length of the output and zeros before the input, along one axis, as TensorFlow defines them. */
export function outputAxis(
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
