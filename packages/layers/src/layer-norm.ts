import * as tf from '@tensorflow/tfjs';
import { standardize } from './standardize';
import { ofRank } from './tensors';

const EPSILON = 1e-5;

/**
 * Layer norm as MUNIT has it: each image standardised over H, W and C, then a gain and a bias per channel
 * (https://arxiv.org/abs/1607.06450). TensorFlow.js's own takes the last axis only.
 *
 * @param x `[B, H, W, C]`
 * @param gain `[C]`
 * @param bias `[C]`
 */
export function layerNorm(x: tf.Tensor4D, gain: tf.Tensor, bias: tf.Tensor): tf.Tensor4D {
  return tf.tidy(() => {
    const values = ofRank(4, standardize(x, { axes: [1, 2, 3], epsilon: EPSILON }), 'layer norm');
    return values.mul<tf.Tensor4D>(gain).add<tf.Tensor4D>(bias);
  });
}

/** {@link layerNorm} as a layer. */
export class LayerNorm extends tf.layers.Layer {
  static className = 'UtadLayerNorm';
  private affine: { readonly gain: tf.LayerVariable; readonly bias: tf.LayerVariable } | undefined;

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = inputShape.at(-1);
    if (typeof channels !== 'number')
      throw new RangeError(`${this.name}: expected a known number of channels`);
    this.affine = {
      gain: this.addWeight('gain', [channels], 'float32', tf.initializers.ones()),
      bias: this.addWeight('bias', [channels], 'float32', tf.initializers.zeros()),
    };
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    if (this.affine === undefined) throw new Error(`${this.name}: called before build`);
    const x = ofRank(4, Array.isArray(inputs) ? inputs[0] : inputs, this.name);
    return layerNorm(x, this.affine.gain.read(), this.affine.bias.read());
  }
}
