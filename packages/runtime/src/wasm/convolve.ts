import * as tf from '@tensorflow/tfjs';
import type { Pair } from '../corrections/read-call';

/**
 * A convolution without padding, strided and dilated at once, which `tf.conv2d` refuses and the kernel can do.
 *
 * @param x `[B, H, W, C]`
 * @param filter `[kernel rows, kernel columns, C, N]`
 */
export function convolve(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  { strides = [1, 1], dilations = [1, 1] }: { strides?: Pair; dilations?: Pair },
): tf.Tensor4D {
  return tf
    .engine()
    .runKernel<tf.Tensor4D>(
      tf.Conv2D,
      { x, filter },
      { strides, dilations, pad: 'valid', dataFormat: 'NHWC' },
    );
}
