/** Gradients in float64 by the definitions, one multiplication at a time. NHWC. */
export type Shape = [number, number, number, number];
export interface Window {
  readonly strides: [number, number];
  /** Zeros before rows and columns. */
  readonly before: [number, number];
}

const at = ([, height, width, channels]: Shape, b: number, h: number, w: number, c: number): number =>
  ((b * height + h) * width + w) * channels + c;

/** Calls with every input position and tap that make an output, `outputs` being [B, H', W', anything]. */
function eachTap(
  inputs: Shape,
  [rows, columns]: readonly [number, number],
  outputs: Shape,
  { strides, before }: Window,
  visit: (b: number, y: number, x: number, h: number, w: number, i: number, j: number) => void,
): void {
  const [batch, height, width] = inputs;
  for (let b = 0; b < batch; b++)
    for (let y = 0; y < outputs[1]; y++)
      for (let x = 0; x < outputs[2]; x++)
        for (let i = 0; i < rows; i++)
          for (let j = 0; j < columns; j++) {
            const h = y * strides[0] + i - before[0];
            const w = x * strides[1] + j - before[1];
            if (h >= 0 && h < height && w >= 0 && w < width) visit(b, y, x, h, w, i, j);
          }
}

export function convolutionGradients(
  x: ArrayLike<number>,
  inputs: Shape,
  filter: ArrayLike<number>,
  filterShape: Shape,
  dy: ArrayLike<number>,
  outputs: Shape,
  window: Window,
): { dx: Float64Array; dw: Float64Array } {
  const [rows, columns, channels, filters] = filterShape;
  const dx = new Float64Array(x.length);
  const dw = new Float64Array(filter.length);
  eachTap(inputs, [rows, columns], outputs, window, (b, y, x1, h, w, i, j) => {
    for (let c = 0; c < channels; c++)
      for (let n = 0; n < filters; n++) {
        const gradient = dy[at(outputs, b, y, x1, n)] ?? Number.NaN;
        const input = at(inputs, b, h, w, c);
        const weight = at(filterShape, i, j, c, n);
        dx[input] = (dx[input] ?? 0) + gradient * (filter[weight] ?? Number.NaN);
        dw[weight] = (dw[weight] ?? 0) + gradient * (x[input] ?? Number.NaN);
      }
  });
  return { dx, dw };
}

/** Of max-pooling: the first maximum of a window, row by row, receives its gradient. */
export function maxPoolGradient(
  x: ArrayLike<number>,
  inputs: Shape,
  size: readonly [number, number],
  dy: ArrayLike<number>,
  outputs: Shape,
  window: Window,
): Float64Array {
  const maxima = new Float64Array(dy.length).fill(Number.NEGATIVE_INFINITY);
  const places = new Int32Array(dy.length).fill(-1);
  eachTap(inputs, size, outputs, window, (b, y, x1, h, w) => {
    for (let c = 0; c < inputs[3]; c++) {
      const output = at(outputs, b, y, x1, c);
      const input = at(inputs, b, h, w, c);
      const value = x[input] ?? Number.NaN;
      if (value > (maxima[output] ?? 0)) {
        maxima[output] = value;
        places[output] = input;
      }
    }
  });
  const dx = new Float64Array(x.length);
  for (const [output, place] of places.entries()) dx[place] = (dx[place] ?? 0) + (dy[output] ?? Number.NaN);
  return dx;
}

/** The largest difference, as a part of the largest expected value. */
export function relativeError(received: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (received.length !== expected.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let largest = 1e-30;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs((received[i] ?? Number.NaN) - (expected[i] ?? Number.NaN));
    difference = Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(difference, error);
    largest = Math.max(largest, Math.abs(expected[i] ?? 0));
  }
  return difference / largest;
}
