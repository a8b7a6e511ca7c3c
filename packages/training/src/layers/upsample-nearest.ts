import * as tf from '@tensorflow/tfjs';
import { ofRank } from '../ops/of-rank';
import { upsampleNearest } from '../ops/upsample-nearest';

/** Nearest-neighbour up-sampling as a layer: `[B, H, W, C]` to `[B, H * factor, W * factor, C]`. */
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
