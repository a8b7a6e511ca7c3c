import * as tf from '@tensorflow/tfjs';
import type { Size } from '@utad/core';

/**
 * One of the maps of a prediction at another size, bilinearly with half-pixel centres, as pixel metrics have it.
 *
 * @param maps `[B, H, W]`
 */
export async function resizeMap(maps: tf.Tensor3D, index: number, size: Size): Promise<Float32Array> {
  const resized = tf.tidy(() => {
    const map = maps.slice(index, 1).expandDims<tf.Tensor4D>(3); // [1, H, W, 1]
    return tf.image.resizeBilinear(map, [size[0], size[1]], false, true); // [1, H', W', 1]
  });
  try {
    return await resized.data<'float32'>();
  } finally {
    resized.dispose();
  }
}
