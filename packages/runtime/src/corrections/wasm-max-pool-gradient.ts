import * as tf from '@tensorflow/tfjs';
import type { CorrectedKernel } from './correction';
import { type Axis, imagesOf, NO_PADS, type Pair, poolingOf } from './read-call';

const OP = 'MaxPoolGrad';

/**
 * `MaxPoolGrad` with TensorFlow's convention for equal values: the first of a window, row by row, receives all. The
 * backend's own gives windows without positive values nothing, and the first column by column.
 *
 * A window's maximum is the maximum over its rows of each row's maximum, so one axis is undone after the other, and
 * k * k comparisons become 2 k: the first row that has the maximum, then the first place in that row.
 */
export const maxPoolGradient: CorrectedKernel = (call) => {
  const dy = imagesOf(call, OP, 'dy');
  const x = imagesOf(call, OP, 'input');
  const y = imagesOf(call, OP, 'output');
  const { rows, columns } = poolingOf(call, OP, x.shape);
  const [batch, height, , channels] = x.shape;
  return tf.tidy(() => {
    const cells = x.reshape<tf.Tensor3D>([batch * height, columns.input, channels]);
    const maxima = maximumOf(cells, columns); // [B * H, W', C]
    const lines = maxima.reshape<tf.Tensor3D>([batch, rows.input, columns.output * channels]);
    const shape: [number, number, number] = [batch, rows.output, columns.output * channels];
    const ofLines = undo(lines, y.reshape(shape), dy.reshape(shape), rows);
    return undo(cells, maxima, ofLines.reshape(maxima.shape), columns).reshape(x.shape);
  });
};

/** The axis cut into pieces of a stride: `[stride, outer, pieces, inner]`, with what padding holds around it. */
function phases(a: tf.Tensor3D, axis: Axis, padding: number): tf.Tensor[] {
  const [outer, , inner] = a.shape;
  const { before, stride } = axis;
  const pieces = piecesOf(axis);
  const kept = Math.min(axis.input, pieces * stride - before);
  const cut = kept === axis.input ? a : a.slice([0, 0, 0], [outer, kept, inner]);
  const whole = tf.pad(cut, [NO_PADS, [before, pieces * stride - before - kept], NO_PADS], padding);
  if (stride === 1) return [whole];
  return tf
    .split(whole.reshape([outer * pieces, stride, inner]).transpose([1, 0, 2]), stride, 0)
    .map((phase) => phase.reshape([outer, pieces, inner]));
}

function piecesOf({ output, kernel, stride }: Axis): number {
  return output - 1 + Math.ceil(kernel / stride);
}

/** What tap `tap` of each window reads: `[outer, output, inner]`. */
function tapOf(pieces: readonly tf.Tensor[], tap: number, { output, stride }: Axis): tf.Tensor {
  const piece = pieces[tap % stride];
  if (piece === undefined) throw new RangeError(`${OP}: expected a tap within its window, received ${tap}`);
  const skipped = Math.floor(tap / stride);
  const [outer = 0, length = 0, inner = 0] = piece.shape;
  return length === output ? piece : piece.slice([0, skipped, 0], [outer, output, inner]);
}

/** The maxima along the middle axis: `[outer, output, inner]`. */
function maximumOf(a: tf.Tensor3D, axis: Axis): tf.Tensor3D {
  const { input, output, kernel, stride, before } = axis;
  if (kernel === 1 && stride === 1 && before === 0 && input === output) return a;
  const [outer, , inner] = a.shape;
  const pooled: [number, number, number] = [outer, output, inner];
  // The backend refuses to pool single values.
  if (kernel === 1) {
    return tapOf(phases(a, axis, Number.NEGATIVE_INFINITY), 0, axis).reshape<tf.Tensor3D>(pooled);
  }
  const after = Math.max(0, (output - 1) * stride + kernel - before - input);
  const whole = tf.pad(a, [NO_PADS, [before, after], NO_PADS], Number.NEGATIVE_INFINITY);
  const images = whole.reshape<tf.Tensor4D>([1, outer, before + input + after, inner]);
  return tf
    .maxPool(images, [1, kernel], [1, stride], 'valid')
    .reshape<tf.Tensor3D>([outer, -1, inner])
    .slice([0, 0, 0], pooled);
}

/**
 * The gradient of `maxima`, those of a along its middle axis: each goes to the first place that holds it.
 *
 * @param a `[outer, input, inner]`
 * @param maxima `[outer, output, inner]`
 * @param gradient likewise
 * @returns `[outer, input, inner]`
 */
function undo(a: tf.Tensor3D, maxima: tf.Tensor, gradient: tf.Tensor, axis: Axis): tf.Tensor3D {
  const { input, output, kernel, stride, before } = axis;
  if (kernel === 1 && stride === 1 && before === 0 && input === output) return gradient.reshape(a.shape);
  const [outer, , inner] = a.shape;
  const values = phases(a, axis, Number.NEGATIVE_INFINITY);
  const pieces = piecesOf(axis);
  const sums: (tf.Tensor | undefined)[] = values.map(() => undefined);
  let left = gradient; // what no tap has taken yet
  for (let tap = 0; tap < kernel; tap++) {
    // step is 1 where the maximum is larger than this value, and 0 where it is this value. The last one takes all.
    const passed =
      tap === kernel - 1 ? undefined : tf.mul(left, tf.step(tf.sub(maxima, tapOf(values, tap, axis))));
    const taken = passed === undefined ? left : tf.sub(left, passed);
    const skipped = Math.floor(tap / stride);
    const pads: Pair = [skipped, pieces - output - skipped];
    const placed = tf.pad(taken.reshape([outer, output, inner]), [NO_PADS, pads, NO_PADS]);
    const phase = tap % stride;
    const sum = sums[phase];
    sums[phase] = sum === undefined ? placed : tf.add(sum, placed);
    if (passed !== undefined) left = passed;
  }
  const all = sums.map((sum) => sum ?? tf.zeros([outer, pieces, inner]));
  const lines = all.map((sum) => sum.reshape([1, outer * pieces, inner]));
  const joined = stride === 1 ? tf.concat(all, 0) : tf.concat(lines, 0).transpose([1, 0, 2]);
  const whole = joined.reshape<tf.Tensor3D>([outer, pieces * stride, inner]);
  const after = Math.max(0, before + input - pieces * stride);
  const wide = after === 0 ? whole : tf.pad(whole, [NO_PADS, [0, after], NO_PADS]);
  return wide.slice([0, before, 0], [outer, input, inner]);
}
