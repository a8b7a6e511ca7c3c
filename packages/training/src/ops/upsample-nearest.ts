import * as tf from '@tensorflow/tfjs';
import { withGradient } from './with-gradient';

/**
 * Every pixel becomes a block of `factor` by `factor` equal ones.
 *
 * The gradient is the sum over each block, taken by average pooling: the stock gradient of nearest-neighbour resizing
 * is wrong on the cpu backend.
 *
 * @param x `[B, H, W, C]`
 * @returns `[B, H * factor, W * factor, C]`
 */
export function upsampleNearest(x: tf.Tensor4D, factor: number): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const size: [number, number] = [height * factor, width * factor];
  const operation = withGradient(
    (input) => tf.image.resizeNearestNeighbor(input.as4D(batch, height, width, channels), size),
    (gradient) => tf.mul(tf.avgPool(gradient, factor, factor, 'valid'), factor * factor),
  );
  return operation(x);
}
