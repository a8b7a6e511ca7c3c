import * as tf from '@tensorflow/tfjs';
import { isNumbers } from './read-call';

/**
 * The gradient of `tf.mirrorPad`: what was mirrored into the border goes back to where it came from.
 *
 * @see the stock one, which drops the border
 */
export const mirrorPadGradient: tf.GradConfig['gradFunc'] = (dy, [x], attrs) => {
  const { paddings, mode } = attrs;
  if (dy instanceof tf.Tensor && x !== undefined && isPaddings(paddings)) {
    // Reflection leaves the outermost value out, symmetry repeats it.
    const skipped = mode === 'reflect' ? 1 : 0;
    return {
      x: () =>
        tf.tidy(() =>
          paddings.reduce((gradient, pads, axis) => fold(gradient, axis, pads, skipped), dy).reshape(x.shape),
        ),
    };
  }
  throw new TypeError('MirrorPad: expected one gradient, x and paddings');
};

type Pads = readonly [before: number, after: number];

function fold(dy: tf.Tensor, axis: number, [before, after]: Pads, skipped: number): tf.Tensor {
  const size = (dy.shape[axis] ?? 0) - before - after;
  let sum = part(dy, axis, before, size);
  if (before > 0) {
    sum = sum.add(place(tf.reverse(part(dy, axis, 0, before), axis), axis, skipped, size));
  }
  if (after > 0) {
    const mirrored = tf.reverse(part(dy, axis, before + size, after), axis);
    sum = sum.add(place(mirrored, axis, size - skipped - after, size));
  }
  return sum;
}

function part(x: tf.Tensor, axis: number, begin: number, size: number): tf.Tensor {
  const begins = x.shape.map((_, i) => (i === axis ? begin : 0));
  return x.slice(
    begins,
    x.shape.map((side, i) => (i === axis ? size : side)),
  );
}

/** Zeros all along the axis, but for x at a place. */
function place(x: tf.Tensor, axis: number, begin: number, size: number): tf.Tensor {
  return tf.pad(
    x,
    x.shape.map((side, i): [number, number] => (i === axis ? [begin, size - begin - side] : [0, 0])),
  );
}

function isPaddings(value: unknown): value is Pads[] {
  return Array.isArray(value) && value.every((pads) => isNumbers(pads) && pads.length === 2);
}
