import * as tf from '@tensorflow/tfjs';
import type { CorrectedKernel } from '../corrections/kernel-correction';

/** Numbers that lie together: fewer than these cost more to copy by themselves than to transpose. */
export const SHORTEST_RUN = 64;

/**
 * `Concat` of equal parts whose numbers lie together a few at a time, as channels do: one part after the other, then a
 * transposition. The backend's own copies each run by a call from JavaScript.
 */
export const concatKernel: CorrectedKernel = (call, original) => {
  if (original === undefined) throw new Error('Concat: expected a kernel of the backend, found none');
  const parts: readonly unknown[] = Object.values(call.inputs);
  const [first] = parts;
  const axis = call.attrs?.axis;
  if (!(first instanceof tf.Tensor) || typeof axis !== 'number' || !areAlike(parts, first)) {
    return original(call);
  }
  const [along = 0] = tf.util.parseAxisParam(axis, first.shape);
  const run = tf.util.sizeFromShape(first.shape.slice(along));
  const runs = tf.util.sizeFromShape(first.shape.slice(0, along));
  if (run >= SHORTEST_RUN || run === 0 || runs < 2 || parts.length < 2) return original(call);
  const shape = first.shape.map((side: number, i: number) => (i === along ? side * parts.length : side));
  return tf.tidy(() => {
    // The parts below each other are one run to copy each.
    const stacked = tf.concat(
      parts.map((part) => part.reshape([1, runs * run])),
      0,
    );
    return stacked.reshape([parts.length, runs, run]).transpose([1, 0, 2]).reshape(shape);
  });
};

function areAlike(parts: readonly unknown[], first: tf.Tensor): parts is readonly tf.Tensor[] {
  return parts.every(
    (part) =>
      part instanceof tf.Tensor && part.dtype === 'float32' && tf.util.arraysEqual(part.shape, first.shape),
  );
}
