import * as tf from '@tensorflow/tfjs';
import type { CorrectedKernel } from '../corrections/kernel-correction';
import { imagesOf, shapeOf } from '../corrections/read-call';
import { type Axis, type Convolution, convolutionOf } from './convolution-axes';
import { convolve } from './convolve';

const OP = 'Conv2DBackpropInput';

/** `Conv2DBackpropInput` by the backend's forward convolution; its own takes ten times as long. */
export const convolutionInputGradient: CorrectedKernel = (call) => {
  const dy = imagesOf(call, OP, 'dy');
  const filter = imagesOf(call, OP, 'filter');
  const inputShape = shapeOf(call, OP, 'inputShape');
  const convolution = convolutionOf(call, OP, inputShape, filter.shape);
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
function inputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, { rows, columns }: Convolution): tf.Tensor4D {
  const [batch] = dy.shape;
  const channels = filter.shape[2];
  const vertical = phasesOf(rows);
  const horizontal = phasesOf(columns);
  const turned = turn(filter, rows.stride, vertical.taps, columns.stride, horizontal.taps);
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
  return tf.pad(kept, [[0, 0], pads(rows), pads(columns), [0, 0]]);
}

/** W with its taps in reverse, inputs and outputs exchanged: `[taps, taps, N, s * s * C]`. */
function turn(
  filter: tf.Tensor4D,
  strideRows: number,
  tapRows: number,
  strideColumns: number,
  tapColumns: number,
): tf.Tensor4D {
  const [rows, columns, channels, filters] = filter.shape;
  const taps = tapRows * tapColumns;
  const phases = strideRows * strideColumns;
  const whole =
    phases === 1
      ? filter
      : tf
          .pad(filter, [
            [0, tapRows * strideRows - rows],
            [0, tapColumns * strideColumns - columns],
            [0, 0],
            [0, 0],
          ])
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

/** Channels that the backend computes at once. */
const LANES = 8;

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
  return tf.concat(
    Array.from({ length: times }, (_, moved) =>
      tf.pad(filter, [
        [0, 0],
        [moved, times - 1 - moved],
        [0, 0],
        [0, 0],
      ]),
    ),
    3,
  );
}
