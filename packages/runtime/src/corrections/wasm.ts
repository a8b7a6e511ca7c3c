import * as tf from '@tensorflow/tfjs';
import { hasMethods } from '../checks';
import type { CorrectedKernel, Replacements } from './correction';
import { inputOf, isNumbers } from './read-call';
import { convolutionFilterGradient, convolutionInputGradient } from './wasm-convolution-gradients';
import { maxPoolGradient } from './wasm-max-pool-gradient';

/** Numbers that lie together: fewer than these cost more to copy by themselves than to transpose. */
const SHORTEST_RUN = 64;

/**
 * `Concat` of equal parts whose numbers lie together a few at a time, as channels do: one part after the other, then a
 * transposition. The backend's own copies each run by a call from JavaScript.
 */
const concatKernel: CorrectedKernel = (call, original) => {
  const parts: readonly unknown[] = Object.values(call.inputs);
  const [first] = parts;
  const axis = call.attrs?.axis;
  const asBefore = () => callOriginal(call, original, 'Concat');
  if (!(first instanceof tf.Tensor) || typeof axis !== 'number' || !areAlike(parts, first)) return asBefore();
  const [along = 0] = tf.util.parseAxisParam(axis, first.shape);
  const run = tf.util.sizeFromShape(first.shape.slice(along));
  const runs = tf.util.sizeFromShape(first.shape.slice(0, along));
  if (run >= SHORTEST_RUN || run === 0 || runs < 2 || parts.length < 2) return asBefore();
  const shape = first.shape.map((side: number, i: number) => (i === along ? side * parts.length : side));
  return tf.tidy(() => {
    // The parts below each other are one run to copy each.
    const lines = parts.map((part) => part.reshape([1, runs * run]));
    return tf.concat(lines, 0).reshape([parts.length, runs, run]).transpose([1, 0, 2]).reshape(shape);
  });
};

function areAlike(parts: readonly unknown[], first: tf.Tensor): parts is readonly tf.Tensor[] {
  return parts.every(
    (part) =>
      part instanceof tf.Tensor && part.dtype === 'float32' && tf.util.arraysEqual(part.shape, first.shape),
  );
}

type Values = Float32Array | Int32Array | Uint8Array;

/** What the wasm backend offers for reaching into its memory without a copy; its own kernels use it so. */
interface HeapBackend {
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  typedArrayFromHeap(tensor: tf.TensorInfo): Values;
}

function heapOf(backend: object): HeapBackend {
  if (hasHeap(backend)) return backend;
  throw new Error('expected the wasm backend of TensorFlow.js 4.22, received another one');
}

function hasHeap(backend: object): backend is HeapBackend {
  return hasMethods(backend, ['makeOutput', 'typedArrayFromHeap']);
}

/**
 * `Slice`, run by run of what lies together in memory. The backend's own copies the whole tensor out of its memory
 * before it takes the part, so that to split a tensor in n costs n copies of all of it.
 */
const sliceKernel: CorrectedKernel = (call, original) => {
  const x = inputOf(call, 'Slice', 'x');
  if (x.dtype === 'string' && original) return original(call);
  const { begin, size } = call.attrs ?? {};
  if (!isPlace(begin) || !(size === undefined || isPlace(size))) {
    throw new TypeError('Slice: expected begin and size to be numbers');
  }
  const [begins = [], sizes = []] = tf.slice_util.parseSliceParams(x, begin, size ?? -1);
  return slice(heapOf(call.backend), x, begins, sizes);
};

/** `SplitV` by {@link sliceKernel}: the backend's own calls its own `Slice`. */
const splitKernel: CorrectedKernel = (call) => {
  const x = inputOf(call, 'SplitV', 'x');
  const { axis, numOrSizeSplits } = call.attrs ?? {};
  if (typeof axis !== 'number' || (typeof numOrSizeSplits !== 'number' && !isNumbers(numOrSizeSplits))) {
    throw new TypeError('SplitV: expected an axis and a number of parts or their sizes');
  }
  const [along = 0] = tf.util.parseAxisParam(axis, x.shape);
  const parts = tf.backend_util.prepareSplitSize(x, numOrSizeSplits, along);
  const [first = 0] = parts;
  if (x.dtype === 'float32' && parts.length > 1 && parts.every((part) => part === first)) {
    const run = first * tf.util.sizeFromShape(x.shape.slice(along + 1));
    const runs = tf.util.sizeFromShape(x.shape.slice(0, along));
    if (run > 0 && run < SHORTEST_RUN && runs > 1)
      return splitRuns(x, along, { parts: parts.length, runs, run });
  }
  const begins = x.shape.map(() => 0);
  const backend = heapOf(call.backend);
  return parts.map((part) => {
    const sizes = x.shape.map((side, i) => (i === along ? part : side));
    const sliced = slice(backend, x, begins, sizes);
    begins[along] = (begins[along] ?? 0) + part;
    return sliced;
  });
};

/** Equal parts of short runs by a transposition, after which each part lies together. */
function splitRuns(
  x: tf.Tensor,
  axis: number,
  { parts, runs, run }: { parts: number; runs: number; run: number },
): tf.Tensor[] {
  const shape = x.shape.map((side, i) => (i === axis ? side / parts : side));
  return tf.tidy(() => {
    const ordered = x
      .reshape([runs, parts, run])
      .transpose([1, 0, 2])
      .reshape([parts, runs * run]);
    return tf.split(ordered, parts, 0).map((part) => part.reshape(shape));
  });
}

function isPlace(value: unknown): value is number | number[] {
  return typeof value === 'number' || isNumbers(value);
}

function slice(backend: HeapBackend, x: tf.Tensor, begins: number[], sizes: number[]): tf.TensorInfo {
  const output = backend.makeOutput([...sizes], x.dtype);
  const total = tf.util.sizeFromShape(sizes);
  if (total === 0) return output;
  const strides = [...tf.util.computeStrides(x.shape), 1];
  const stride = (axis: number) => (x.rank === 0 ? 1 : (strides[axis] ?? 1));
  // Axes from `outer` on lie together: all of them but the first are taken whole.
  let outer = Math.max(0, x.rank - 1);
  while (outer > 0 && sizes[outer] === x.shape[outer]) outer--;
  const run = tf.util.sizeFromShape(sizes.slice(outer));

  // Taken after the allocation, which may have moved the memory.
  const from = backend.typedArrayFromHeap(x);
  const to = backend.typedArrayFromHeap(output);
  const place = begins.map(() => 0);
  let offset = begins.reduce((sum, begin, axis) => sum + begin * stride(axis), 0);
  for (let done = 0; done < total; done += run) {
    to.set(from.subarray(offset, offset + run), done);
    for (let axis = outer - 1; axis >= 0; axis--) {
      const next = (place[axis] ?? 0) + 1;
      offset += stride(axis);
      if (next < (sizes[axis] ?? 1)) {
        place[axis] = next;
        break;
      }
      offset -= next * stride(axis);
      place[axis] = 0;
    }
  }
  return output;
}

/**
 * `Mean` or `Sum` over axes before the last one by average pooling; the backend's own turns the whole tensor round
 * first.
 */
const reducing =
  (op: 'Mean' | 'Sum'): CorrectedKernel =>
  (call, original) =>
    reduceByPooling(call, op) ?? callOriginal(call, original, op);

function callOriginal(
  call: Parameters<CorrectedKernel>[0],
  original: tf.KernelFunc | undefined,
  op: string,
): tf.TensorInfo | tf.TensorInfo[] {
  if (original === undefined) throw new Error(`${op}: expected a kernel of the backend, found none`);
  return original(call);
}

/** Mean or sum where the reduced axes lie together and something is left behind them; else undefined. */
function reduceByPooling(call: Parameters<CorrectedKernel>[0], op: 'Mean' | 'Sum'): tf.Tensor | undefined {
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

const SEGMENT_SUM = 'UnsortedSegmentSum';

/** `UnsortedSegmentSum`, which the backend does not have: the gradient of `tf.gather`. Ids out of range count nowhere. */
const segmentSum: CorrectedKernel = (call) => {
  const x = inputOf(call, SEGMENT_SUM, 'x');
  const ids = inputOf(call, SEGMENT_SUM, 'segmentIds');
  const segments = call.attrs?.numSegments;
  if (typeof segments !== 'number') throw new TypeError(`${SEGMENT_SUM}: expected numSegments`);
  return tf.tidy(() => {
    const rest = x.shape.slice(ids.rank);
    const size = tf.util.sizeFromShape(rest);
    const rows = x.reshape([ids.size, size]);
    // What is out of range goes to one more segment, as scattering would write it anywhere.
    const inside = tf.logicalAnd(tf.greaterEqual(ids, 0), tf.less(ids, segments));
    const places = tf.where(inside, ids, tf.fill(ids.shape, segments, 'int32')).reshape([ids.size, 1]);
    const sums = tf.scatterND(places.toInt(), rows, [segments + 1, size]);
    return sums.slice([0, 0], [segments, size]).reshape([segments, ...rest]);
  });
};

/** The gradient of `tf.leakyRelu` by `step`: comparing and choosing, as the stock one does, is slow on this backend. */
const leakyReluGradient: tf.GradConfig['gradFunc'] = (dy, [x], { alpha }) => {
  if (dy instanceof tf.Tensor && x !== undefined && typeof alpha === 'number') {
    return { x: () => tf.mul(dy, tf.step(x, alpha)) };
  }
  throw new TypeError('LeakyRelu: expected one gradient, x and alpha');
};

/** What `@tensorflow/tfjs-backend-wasm` lacks, has wrong, or does slowly enough to matter in training. */
export const wasmKernels: Replacements<CorrectedKernel> = {
  Conv2DBackpropFilter: ['missing', 'no convolution can be trained', convolutionFilterGradient],
  Conv2DBackpropInput: [
    'slow',
    'takes about ten times as long as the forward pass',
    convolutionInputGradient,
  ],
  MaxPoolGrad: [
    'wrong',
    'windows without a positive value receive nothing, and of equal values not the first one',
    maxPoolGradient,
  ],
  UnsortedSegmentSum: ['missing', 'tf.gather has no gradient', segmentSum],
  Slice: ['slow', 'copies the whole tensor to take a part of it', sliceKernel],
  SplitV: ['slow', 'copies the whole tensor for every part of it', splitKernel],
  Concat: ['slow', 'joins channels by a call from JavaScript for each pixel', concatKernel],
  Mean: ['slow', 'transposes the tensor to take the mean over batch or pixels', reducing('Mean')],
  Sum: ['slow', 'transposes the tensor to take the sum over batch or pixels', reducing('Sum')],
};

/** Gradients that are slow on the same backend. */
export const wasmGradients: Replacements<tf.GradConfig['gradFunc']> = {
  LeakyRelu: ['slow', 'its gradient compares and chooses one value at a time', leakyReluGradient],
};
