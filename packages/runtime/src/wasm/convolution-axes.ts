import * as tf from '@tensorflow/tfjs';
import { paddingOf, pairOf, roundingOf, type Shape4D } from '../corrections/read-call';

/** A convolution along one axis: output y reads inputs `stride * y - before` to `stride * y - before + kernel - 1`. */
export interface Axis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  /** Zeros before the input. */
  readonly before: number;
}

export interface Convolution {
  readonly rows: Axis;
  readonly columns: Axis;
}

/**
 * The two axes of the convolution whose gradient a kernel is asked for.
 * @throws Error for channels before pixels, which this backend's forward pass refuses too.
 */
export function convolutionOf(
  call: Parameters<tf.KernelFunc>[0],
  op: string,
  inputShape: Shape4D,
  filterShape: Shape4D,
): Convolution {
  if (call.attrs?.dataFormat === 'NCHW') throw new Error(`${op}: expected dataFormat NHWC, received NCHW`);
  const strides = pairOf(call, op, 'strides');
  const padding = paddingOf(call, op);
  const rounding = roundingOf(call, op);
  const info = tf.backend_util.computeConv2DInfo(inputShape, filterShape, strides, 1, padding, rounding);
  return {
    rows: {
      input: info.inHeight,
      output: info.outHeight,
      kernel: info.filterHeight,
      stride: info.strideHeight,
      before: info.padInfo.top,
    },
    columns: {
      input: info.inWidth,
      output: info.outWidth,
      kernel: info.filterWidth,
      stride: info.strideWidth,
      before: info.padInfo.left,
    },
  };
}
