import * as tf from '@tensorflow/tfjs';
import type { CorrectedKernel } from './correction';
import { type Axes, type Axis, convolutionOf, imagesOf, NO_PADS, type Pair, shapeOf } from './read-call';

/**
 * A convolution without padding, strided and dilated at once, which `tf.conv2d` refuses and the kernel can do.
 *
 * @param x `[B, H, W, C]`
 * @param filter `[kernel rows, kernel columns, C, N]`
 */
function convolve(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  { strides = [1, 1], dilations = [1, 1] }: { strides?: Pair; dilations?: Pair },
): tf.Tensor4D {
  const attrs = { strides, dilations, pad: 'valid', dataFormat: 'NHWC' };
  return tf.engine().runKernel<tf.Tensor4D>(tf.Conv2D, { x, filter }, attrs);
}

const FILTER_GRADIENT = 'Conv2DBackpropFilter';

/** `Conv2DBackpropFilter`, which the backend does not have. */
export const convolutionFilterGradient: CorrectedKernel = (call) => {
  const x = imagesOf(call, FILTER_GRADIENT, 'x');
  const dy = imagesOf(call, FILTER_GRADIENT, 'dy');
  const filterShape = shapeOf(call, FILTER_GRADIENT, 'filterShape');
  const convolution = convolutionOf(call, FILTER_GRADIENT, x.shape, filterShape);
  return tf.tidy(() => filterGradient(x, dy, convolution));
};

/**
 * `dW[i, j, c, n] = Σ_b,y,x X[b, s y + i - p, s x + j - p, c] dY[b, y, x, n]`
 *
 * is itself a convolution: channels of X are its images, dY is its filter, and the sum over the batch that over its
 * channels. The backend's fastest kernels are convolutions without a copy of every patch, so that is how it is done
 * (docs/decisions/0009 has the other ways).
 *
 * @param x `[B, H, W, C]`
 * @param dy `[B, H', W', N]`
 * @returns dW, `[kernel rows, kernel columns, C, N]`
 */
function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, convolution: Axes): tf.Tensor4D {
  const { rows, columns } = convolution;
  const pointwise = [rows, columns].every(
    ({ kernel, stride, before, input, output }) =>
      kernel === 1 && stride === 1 && before === 0 && input === output,
  );
  if (pointwise) return productOverPixels(x, dy);

  const tall = bandHeight(dy);
  const bands = Array.from({ length: Math.ceil(rows.output / tall) }, (_, band) => {
    const first = band * tall;
    const height = Math.min(tall, rows.output - first);
    return bandGradient(x, dy, convolution, { first, height });
  });
  return bands.length === 1 ? (bands[0] ?? dy) : tf.addN(bands);
}

/** Rows of dY. */
interface Band {
  readonly first: number;
  readonly height: number;
}

/** The share of some rows of dY in the gradient; of X only what lies under them is read. */
function bandGradient(x: tf.Tensor4D, dy: tf.Tensor4D, convolution: Axes, band: Band): tf.Tensor4D {
  const { rows, columns } = convolution;
  const [batch, , , channels] = x.shape;
  const filters = dy.shape[3];
  const strips = stripsFor(batch, band.height);
  const height = band.height / strips; // of a strip of dY
  const reach = (height - 1) * rows.stride + rows.kernel; // of X under it
  const together = tapsTogether(convolution, channels, filters);
  const steps = Math.ceil(columns.kernel / together);
  const wide = columns.output + together - 1;
  const width = hasCriticalStride(height * wide * batch * strips) ? wide + 1 : wide;
  const span = (steps - 1) * together + (width - 1) * columns.stride + 1;

  // Every strip with the rows beyond it that its kernel reaches, as an image of its own.
  const padded = fit(x, {
    top: rows.before - band.first * rows.stride,
    height: (band.height - 1) * rows.stride + rows.kernel,
    left: columns.before,
    width: span,
  });
  const lines = padded.reshape([batch, -1]);
  const line = span * channels;
  const images =
    strips === 1
      ? lines
      : tf.concat(
          Array.from({ length: strips }, (_, strip) =>
            lines.slice([0, strip * height * rows.stride * line], [batch, reach * line]),
          ),
          1,
        );
  const channelsFirst = images
    .reshape([batch * strips, reach * span, channels])
    .transpose([2, 1, 0])
    .reshape<tf.Tensor4D>([1, channels * reach, span, batch * strips]); // channels one below the other

  // dY beside itself, a column further each time, so that one place of the filter makes several taps.
  const part =
    band.height === rows.output
      ? dy
      : dy.slice([0, band.first, 0, 0], [batch, band.height, columns.output, filters]);
  const strip = part.reshape([batch * strips, height, columns.output, filters]);
  const copies = Array.from({ length: together }, (_, columnsOn) =>
    tf
      .pad(strip, [NO_PADS, NO_PADS, [columnsOn, width - columns.output - columnsOn], NO_PADS])
      .reshape([batch * strips, 1, height * width * filters]),
  );
  const filter = tf
    .concat(copies, 1)
    .reshape([batch * strips * together, height * width, filters])
    .transpose([1, 0, 2])
    .reshape<tf.Tensor4D>([height, width, batch * strips, together * filters]);

  // One row of taps at a time, for all channels: the kernel computes four pixels at once, and a whole tap window
  // of 3x3 would leave a quarter of that empty.
  const seen = (channels - 1) * reach + (height - 1) * rows.stride + 1;
  const taps = Array.from({ length: rows.kernel }, (_, row) =>
    convolve(channelsFirst.slice([0, row, 0, 0], [1, seen, span, batch * strips]), filter, {
      strides: [reach, together],
      dilations: [rows.stride, columns.stride],
    }).reshape([1, channels, steps * together, filters]),
  );
  const gradient = tf.concat(taps, 0).transpose<tf.Tensor4D>([0, 2, 1, 3]);
  return steps * together === columns.kernel
    ? gradient
    : gradient.slice([0, 0, 0, 0], [rows.kernel, columns.kernel, channels, filters]);
}

/** Bytes of dY, as it is laid out for the kernel, that are used at a time: about what a processor's nearer cache holds. */
const BAND_VALUES = 1_000_000;

/** Rows of dY that stay in the processor's cache while all taps and channels are multiplied with them. */
function bandHeight(dy: tf.Tensor4D): number {
  const [batch, height, width, filters] = dy.shape;
  const lanes = LANES * Math.ceil(filters / LANES);
  const bands = Math.max(1, Math.round((4 * batch * height * width * lanes) / BAND_VALUES));
  return Math.ceil(height / bands);
}

/** Filters that the backend computes at once, and what laying out one value of a filter costs, in multiplications. */
const LANES = 8;
const LAYOUT = 100;

/** How many taps of a row are best computed as so many times more filters: three filters leave five lanes empty. */
function tapsTogether({ rows, columns }: Axes, channels: number, filters: number): number {
  // Between the values of a dilated filter there is no place for another one.
  if (columns.stride > 1) return 1;
  const work = (together: number) =>
    rows.kernel *
      channels *
      Math.ceil(columns.kernel / together) *
      LANES *
      Math.ceil((together * filters) / LANES) +
    LAYOUT * together * filters;
  const candidates = Array.from({ length: columns.kernel }, (_, i) => i + 1);
  return candidates.reduce((best, together) => (work(together) < work(best) ? together : best), 1);
}

/** The gradient of a 1x1 convolution, one product of matrices. */
function productOverPixels(x: tf.Tensor4D, dy: tf.Tensor4D): tf.Tensor4D {
  const channels = x.shape[3];
  const filters = dy.shape[3];
  // The right factor is laid out anew before it is used, so it is the smaller one.
  const gradient =
    filters <= channels
      ? tf.matMul(pixelsLast(x), pixels(dy))
      : tf.matMul(pixelsLast(dy), pixels(x)).transpose();
  return gradient.reshape([1, 1, channels, filters]);
}

function pixels(x: tf.Tensor4D): tf.Tensor2D {
  return x.reshape([-1, x.shape[3]]); // [B * H * W, C]
}

function pixelsLast(x: tf.Tensor4D): tf.Tensor2D {
  const [batch, height, width, channels] = x.shape;
  // As a transposition of three axes: that of two is ten times slower where the number of pixels is a power of two.
  return x
    .reshape([batch, height * width, channels])
    .transpose([2, 0, 1])
    .reshape([channels, batch * height * width]);
}

/** A sum over fewer than eight numbers at a time is slow, so small batches are cut into strips. */
const SHORTEST_SUM = 8;

function stripsFor(batch: number, height: number): number {
  let strips = 1;
  while (strips * batch < SHORTEST_SUM && height % (2 * strips) === 0 && height / strips > 4) strips *= 2;
  return strips;
}

/**
 * Whether this many rows of a filter put its transposition, which the backend does first, on top of itself in the
 * processor's cache: with a multiple of 1 kB it takes ten times as long. One more column of zeros avoids it.
 */
function hasCriticalStride(rows: number): boolean {
  return rows % 256 === 0;
}

interface Frame {
  /** Rows of zeros before the image; fewer than none are rows left out. */
  readonly top: number;
  readonly height: number;
  readonly left: number;
  readonly width: number;
}

/** Images in a frame: with zeros around them where it is larger, cut where it is smaller. */
function fit(x: tf.Tensor4D, { top, height, left, width }: Frame): tf.Tensor4D {
  const [batch, inputHeight, inputWidth, channels] = x.shape;
  const first = Math.min(inputHeight, Math.max(0, -top));
  const before = Math.max(0, top);
  // More padding than kernel would leave whole rows unread.
  const rows = Math.max(0, Math.min(inputHeight - first, height - before));
  const columns = Math.max(0, Math.min(inputWidth, width - left));
  const cut =
    rows === inputHeight && columns === inputWidth
      ? x
      : x.slice([0, first, 0, 0], [batch, rows, columns, channels]);
  const rowPads: Pair = [before, height - before - rows];
  return tf.pad(cut, [NO_PADS, rowPads, [left, width - left - columns], NO_PADS]);
}

const INPUT_GRADIENT = 'Conv2DBackpropInput';

/** `Conv2DBackpropInput` by the backend's forward convolution; its own takes ten times as long. */
export const convolutionInputGradient: CorrectedKernel = (call) => {
  const dy = imagesOf(call, INPUT_GRADIENT, 'dy');
  const filter = imagesOf(call, INPUT_GRADIENT, 'filter');
  const inputShape = shapeOf(call, INPUT_GRADIENT, 'inputShape');
  const convolution = convolutionOf(call, INPUT_GRADIENT, inputShape, filter.shape);
  return tf.tidy(() => inputGradient(dy, filter, convolution));
};

/**
 * `dX[b, h, w, c] = Σ dY[b, y, x, n] W[h + p - s y, w + p - s x, c, n]`
 *
 * is a convolution of dY with W turned by half a turn. With a stride, the s * s positions of dX that see different
 * parts of W are computed as so many times more filters, and no zeros are multiplied where s divides the kernel.
 *
 * @param dy `[B, H', W', N]`
 * @param filter W, `[kernel rows, kernel columns, C, N]`
 * @returns dX, `[B, H, W, C]`
 */
function inputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, { rows, columns }: Axes): tf.Tensor4D {
  const [batch] = dy.shape;
  const channels = filter.shape[2];
  const vertical = phasesOf(rows);
  const horizontal = phasesOf(columns);
  const turned = turn(filter, [rows.stride, columns.stride], [vertical.taps, horizontal.taps]);
  if (rows.stride === 1 && columns.stride === 1) {
    const together = pixelsTogether(channels, columns.kernel, columns.input);
    return convolve(window(dy, vertical, horizontal), repeat(turned, together), {
      strides: [1, together],
    }).reshape([batch, rows.input, columns.input, channels]);
  }
  const phases = convolve(window(dy, vertical, horizontal), turned, {}); // [B, h, w, s * s * C]
  const [, height, width] = phases.shape;
  return phases
    .reshape([batch * height, width, rows.stride, columns.stride * channels])
    .transpose([0, 2, 1, 3])
    .reshape<tf.Tensor4D>([batch, height * rows.stride, width * columns.stride, channels])
    .slice([0, vertical.skipped, horizontal.skipped, 0], [batch, rows.input, columns.input, channels]);
}

/** How one axis of dX is computed, `stride` positions at a time. */
interface Phases {
  /** Of the kernel that each position sees. */
  readonly taps: number;
  /** Zeros before dY and after it; fewer than none are values of dY left out. */
  readonly before: number;
  readonly after: number;
  /** Positions computed before the first that is wanted. */
  readonly skipped: number;
}

/** With padding, position h is `stride * q + r`, and sees output q - d through the kernel's `stride * d + r`. */
function phasesOf({ input, output, kernel, stride, before }: Axis): Phases {
  const taps = Math.ceil(kernel / stride);
  const first = Math.floor(before / stride); // the first q
  const last = Math.floor((before + input - 1) / stride);
  return {
    taps,
    before: taps - 1 - first,
    after: last + 1 - output,
    skipped: before - stride * first,
  };
}

function window(dy: tf.Tensor4D, rows: Phases, columns: Phases): tf.Tensor4D {
  const [batch, height, width, filters] = dy.shape;
  const cut = ({ before, after }: Phases, size: number): [number, number] => {
    const begin = Math.max(0, -before);
    return [begin, size - begin - Math.max(0, -after)];
  };
  const pads = ({ before, after }: Phases): [number, number] => [Math.max(0, before), Math.max(0, after)];
  const [top, keptRows] = cut(rows, height);
  const [left, keptColumns] = cut(columns, width);
  const kept =
    keptRows === height && keptColumns === width
      ? dy
      : dy.slice([0, top, left, 0], [batch, keptRows, keptColumns, filters]);
  return tf.pad(kept, [NO_PADS, pads(rows), pads(columns), NO_PADS]);
}

/** W with its taps in reverse, inputs and outputs exchanged: `[taps, taps, N, s * s * C]`. */
function turn(
  filter: tf.Tensor4D,
  [strideRows, strideColumns]: Pair,
  [tapRows, tapColumns]: Pair,
): tf.Tensor4D {
  const [rows, columns, channels, filters] = filter.shape;
  const taps = tapRows * tapColumns;
  const phases = strideRows * strideColumns;
  const rowPads: Pair = [0, tapRows * strideRows - rows];
  const columnPads: Pair = [0, tapColumns * strideColumns - columns];
  const whole =
    phases === 1
      ? filter
      : tf
          .pad(filter, [rowPads, columnPads, NO_PADS, NO_PADS])
          .reshape([tapRows, strideRows, tapColumns, strideColumns * channels * filters])
          .transpose([0, 2, 1, 3]); // [taps, taps, s, s * C * N]
  // In two steps, since the exchange of the last two axes is slow; and the order reversed by hand, as tf.reverse is.
  const exchanged = whole
    .reshape([taps, phases * channels, filters])
    .transpose([2, 0, 1])
    .transpose([1, 0, 2]); // [taps, N, s * s * C]
  return tf
    .concat(tf.split(exchanged, taps, 0).reverse(), 0)
    .reshape([tapRows, tapColumns, filters, phases * channels]);
}

/**
 * How many neighbouring pixels of dX are best computed together, as so many times more channels of a wider kernel:
 * with three channels, five of eight lanes would stand empty.
 */
function pixelsTogether(channels: number, kernel: number, width: number): number {
  const work = (together: number) =>
    ((kernel + together - 1) * Math.ceil((together * channels) / LANES)) / together;
  const candidates = [2, 4, 8].filter((together) => width % together === 0);
  // A wider filter has its price; it must save a tenth.
  return candidates.reduce((best, together) => (work(together) < 0.9 * work(best) ? together : best), 1);
}

/** The filter beside itself, moved by a pixel each time: `[kernel, kernel + n - 1, N, n * C]`. */
function repeat(filter: tf.Tensor4D, times: number): tf.Tensor4D {
  if (times === 1) return filter;
  const moved = Array.from({ length: times }, (_, by) =>
    tf.pad(filter, [NO_PADS, [by, times - 1 - by], NO_PADS, NO_PADS]),
  );
  return tf.concat(moved, 3);
}
