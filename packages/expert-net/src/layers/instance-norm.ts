import * as tf from '@tensorflow/tfjs';
import { ofRank, standardize } from '@utad/training';

/** Of instance norm and AdaIN, as in MUNIT. */
const EPSILON = 1e-5;

/** Each channel of each image standardised by itself, without gain or bias (https://arxiv.org/abs/1607.08022). */
export function instanceNorm(x: tf.Tensor4D): tf.Tensor4D {
  return ofRank(4, standardize(x, { axes: [1, 2], epsilon: EPSILON }), 'instance norm');
}

/** {@link instanceNorm} as a layer. */
export class InstanceNorm extends tf.layers.Layer {
  static className = 'UtadInstanceNorm';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return instanceNorm(ofRank(4, Array.isArray(inputs) ? inputs[0] : inputs, this.name));
  }
}
