import * as tf from '@tensorflow/tfjs';
import type { CorrectedKernel } from '../corrections/kernel-correction';
import { inputOf, isNumbers } from '../corrections/read-call';

/** `Mean` over axes before the last one by average pooling; the backend's own turns the whole tensor round first. */
export const meanKernel: CorrectedKernel = (call, original) => {
  const mean = poolOut(call, 'Mean');
  if (mean !== undefined) return mean;
  return theirs(call, original, 'Mean');
};

/** `Sum` likewise. */
export const sumKernel: CorrectedKernel = (call, original) => {
  const sum = poolOut(call, 'Sum');
  if (sum !== undefined) return sum;
  return theirs(call, original, 'Sum');
};

function theirs(
  call: Parameters<CorrectedKernel>[0],
  original: tf.KernelFunc | undefined,
  op: string,
): tf.TensorInfo | tf.TensorInfo[] {
  if (original === undefined) throw new Error(`${op}: expected a kernel of the backend, found none`);
  return original(call);
}

/** Mean or sum where the reduced axes lie together and something is left behind them; else undefined. */
function poolOut(call: Parameters<CorrectedKernel>[0], op: 'Mean' | 'Sum'): tf.Tensor | undefined {
  const x = inputOf(call, op, 'x');
  const axis = call.attrs?.axis;
  if (x.dtype !== 'float32' || !(typeof axis === 'number' || isNumbers(axis))) return undefined;
  const axes = tf.util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
  const [first] = axes;
  const last = axes.at(-1);
  if (first === undefined || last === undefined || last - first !== axes.length - 1) return undefined;
  const sizeOf = (begin: number, end?: number) => tf.util.sizeFromShape(x.shape.slice(begin, end));
  const [outer, count, inner] = [sizeOf(0, first), sizeOf(first, last + 1), sizeOf(last + 1)];
  if (inner < 2 || count < 2 || outer === 0) return undefined;

  const kept = call.attrs?.keepDims === true;
  const shape = x.shape.flatMap((side, i) => (axes.includes(i) ? (kept ? [1] : []) : [side]));
  return tf.tidy(() => {
    // In two steps: a sum of sums loses fewer digits than one long sum.
    const width = squarestDivisor(count);
    const rows = pool(x.reshape([outer, count / width, width, inner]), [1, width]);
    const mean = pool(rows, [count / width, 1]).reshape(shape);
    return op === 'Mean' ? mean : tf.mul(mean, count);
  });
}

function pool(x: tf.Tensor4D, window: [number, number]): tf.Tensor4D {
  return window[0] * window[1] === 1 ? x : tf.avgPool(x, window, window, 'valid');
}

/** The divisor of a count that is nearest to its root, from below. */
function squarestDivisor(count: number): number {
  let divisor = Math.floor(Math.sqrt(count));
  while (count % divisor !== 0) divisor--;
  return divisor;
}
