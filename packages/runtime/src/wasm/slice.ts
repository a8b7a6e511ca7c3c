import * as tf from '@tensorflow/tfjs';
import type { CorrectedKernel } from '../corrections/kernel-correction';
import { inputOf, isNumbers } from '../corrections/read-call';
import { SHORTEST_RUN } from './concat';

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
  return ['makeOutput', 'typedArrayFromHeap'].every(
    (name) => typeof Reflect.get(backend, name) === 'function',
  );
}

/**
 * `Slice`, run by run of what lies together in memory. The backend's own copies the whole tensor out of its memory
 * before it takes the part, so that to split a tensor in n costs n copies of all of it.
 */
export const sliceKernel: CorrectedKernel = (call, original) => {
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
export const splitKernel: CorrectedKernel = (call) => {
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
