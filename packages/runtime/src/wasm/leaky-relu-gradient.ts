import * as tf from '@tensorflow/tfjs';

/** The gradient of `tf.leakyRelu` by `step`: comparing and choosing, as the stock one does, is slow on this backend. */
export const leakyReluGradient: tf.GradConfig['gradFunc'] = (dy, [x], { alpha }) => {
  if (dy instanceof tf.Tensor && x !== undefined && typeof alpha === 'number') {
    return { x: () => tf.mul(dy, tf.step(x, alpha)) };
  }
  throw new TypeError('LeakyRelu: expected one gradient, x and alpha');
};
