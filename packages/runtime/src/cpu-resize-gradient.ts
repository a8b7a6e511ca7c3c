import * as tf from '@tensorflow/tfjs';

/**
 * The index that nearest-neighbour resizing reads for each output index, along one axis, as the forward pass
 * of TensorFlow.js picks it.
 */
function sourceIndices(
  inputSize: number,
  outputSize: number,
  alignCorners: boolean,
  halfPixelCenters: boolean,
): Int32Array {
  const align = alignCorners && outputSize > 1;
  const scale = (align ? inputSize - 1 : inputSize) / (align ? outputSize - 1 : outputSize);
  return Int32Array.from({ length: outputSize }, (_, index) => {
    const place = halfPixelCenters ? scale * (index + 0.5) : scale * index;
    return Math.min(inputSize - 1, alignCorners ? Math.round(place) : Math.floor(place));
  });
}

function isFlat(values: unknown): values is Float32Array | Int32Array | Uint8Array {
  return values instanceof Float32Array || values instanceof Int32Array || values instanceof Uint8Array;
}

/** dx of y = resizeNearestNeighbor(x): every dy is added to the one x that made its y. NHWC throughout. */
function gradient(
  dy: ArrayLike<number>,
  [batch, height, width, channels]: readonly [number, number, number, number],
  rows: Int32Array,
  columns: Int32Array,
): Float32Array {
  const dx = new Float32Array(batch * height * width * channels);
  let from = 0;
  for (let b = 0; b < batch; b++) {
    for (const row of rows) {
      for (const column of columns) {
        const to = ((b * height + row) * width + column) * channels;
        for (let c = 0; c < channels; c++) {
          dx[to + c] = (dx[to + c] ?? 0) + (dy[from + c] ?? 0);
        }
        from += channels;
      }
    }
  }
  return dx;
}

const KERNEL = 'ResizeNearestNeighborGrad';
const corrected = new WeakSet<object>();

/**
 * Replaces the cpu backend's gradient of `tf.image.resizeNearestNeighbor`, which is wrong in TensorFlow.js 4.22 for
 * batches of more than one image (it finds the images in dy by the size of those in x) and with half-pixel centres
 * (which it ignores). Nearest up-sampling cannot be trained through on that backend without it. Calling it again
 * does nothing.
 */
export function correctCpuResizeGradient(): void {
  const registered = tf.getKernel(KERNEL, 'cpu');
  if (registered && corrected.has(registered)) return;
  if (registered) tf.unregisterKernel(KERNEL, 'cpu');
  const config: tf.KernelConfig = {
    kernelName: KERNEL,
    backendName: 'cpu',
    kernelFunc({ inputs, attrs, backend }) {
      const { images, dy } = inputs;
      if (!images || !dy) throw new Error(`${KERNEL}: expected inputs images and dy`);
      const [batch = 0, height = 0, width = 0, channels = 0] = images.shape;
      const [, newHeight = 0, newWidth = 0] = dy.shape;
      const alignCorners = attrs?.alignCorners === true;
      const halfPixelCenters = attrs?.halfPixelCenters === true;
      const values = readSync(backend, dy.dataId);
      if (!isFlat(values)) throw new Error(`${KERNEL}: expected numbers in dy, received ${dy.dtype}`);
      const dx = gradient(
        values,
        [batch, height, width, channels],
        sourceIndices(height, newHeight, alignCorners, halfPixelCenters),
        sourceIndices(width, newWidth, alignCorners, halfPixelCenters),
      );
      return tf.engine().makeTensor(dx, [...images.shape], 'float32', tf.backend());
    },
  };
  tf.registerKernel(config);
  corrected.add(config);
}

function readSync(backend: unknown, dataId: object): unknown {
  if (!(backend instanceof tf.KernelBackend)) throw new Error(`${KERNEL}: expected a kernel backend`);
  return backend.readSync(dataId);
}
