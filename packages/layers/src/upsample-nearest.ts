import * as tf from '@tensorflow/tfjs';
import { ofRank } from './tensors';
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

/** {@link upsampleNearest} as a layer: `[B, H, W, C]` to `[B, H * factor, W * factor, C]`. */
export class UpsampleNearest extends tf.layers.Layer {
  static className = 'UpsampleNearest';
  private readonly factor: number;

  constructor({ factor, name }: { factor: number; name: string }) {
    super({ name });
    this.factor = factor;
  }

  override computeOutputShape(shape: tf.Shape): tf.Shape {
    const [batch = null, height = null, width = null, channels = null] = shape;
    const scaled = (side: number | null) => (side === null ? null : side * this.factor);
    return [batch, scaled(height), scaled(width), channels];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return upsampleNearest(ofRank(4, Array.isArray(inputs) ? inputs[0] : inputs, this.name), this.factor);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), factor: this.factor };
  }
}
