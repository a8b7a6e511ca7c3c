import * as tf from '@tensorflow/tfjs';
import { standardize } from './standardize';
import { ofRank } from './tensors';

/** Of instance norm and AdaIN, as in MUNIT. */
const EPSILON = 1e-5;

/**
 * Each channel of each image standardised by itself, without gain or bias (https://arxiv.org/abs/1607.08022).
 *
 * @param x `[B, H, W, C]`; the result has the same shape.
 */
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

/**
 * Adaptive instance norm, Eq. 7: `γ (k - f(k)) / g(k) + β`, with f and g the mean and deviation of each channel of each
 * image (https://arxiv.org/abs/1703.06868).
 *
 * @param k `[B, H, W, C]`
 * @param gamma γ, `[B, C]`, taken as it is
 * @param beta β, `[B, C]`
 */
export function adaIn(k: tf.Tensor4D, gamma: tf.Tensor2D, beta: tf.Tensor2D): tf.Tensor4D {
  const [batch, , , channels] = k.shape;
  const spread = (values: tf.Tensor2D) => values.as4D(batch, 1, 1, channels); // [B, 1, 1, C]
  return tf.tidy(() => instanceNorm(k).mul<tf.Tensor4D>(spread(gamma)).add<tf.Tensor4D>(spread(beta)));
}

/** {@link adaIn} as a layer of three inputs: k, γ, β. */
export class AdaIn extends tf.layers.Layer {
  static className = 'UtadAdaIn';

  override computeOutputShape(shapes: tf.Shape | tf.Shape[]): tf.Shape {
    const [k] = shapes;
    if (!Array.isArray(k)) throw new RangeError(`${this.name}: expected the shapes of k, γ and β`);
    return k;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [k, gamma, beta] = Array.isArray(inputs) ? inputs : [inputs];
    return adaIn(ofRank(4, k, 'AdaIN k'), ofRank(2, gamma, 'AdaIN γ'), ofRank(2, beta, 'AdaIN β'));
  }
}
