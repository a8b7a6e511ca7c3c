import type * as tf from '@tensorflow/tfjs';

/** A batch of colour images: `[B, H, W, 3]`, float32, in [0, 1]. */
export type Images = tf.Tensor4D;
