import * as tf from '@tensorflow/tfjs';
import { symbolic } from '@utad/training';
import { convolution, type Scope } from './blocks';
import type { ExpertNetConfig } from './config';

/**
 * E_S: three convolutions and global average pooling. A few numbers that hold an image's tint and texture, and have no
 * room for a defect.
 *
 * @returns A model from x `[B, H, W, 3]` to the detail vector s `[B, detail]`.
 */
export function buildDetailExtractor(config: ExpertNetConfig, scope: Scope): tf.LayersModel {
  const [height, width] = config.inputSize;
  const [first, second] = config.detailFilters;
  const image = tf.input({ shape: [height, width, 3], name: `${scope.name}_image` });
  const step = { kernelSize: 4, strides: 2, activation: 'relu' } as const;
  let x = convolution(image, { ...step, filters: first, name: 'conv1' }, scope); // [B, H / 2, W / 2, first]
  x = convolution(x, { ...step, filters: second, name: 'conv2' }, scope); // [B, H / 4, W / 4, second]
  x = convolution(x, { filters: config.detail, kernelSize: 3, name: 'conv3' }, scope); // [B, H / 4, W / 4, detail]
  const detail /* s */ = symbolic(
    tf.layers.globalAveragePooling2d({ name: `${scope.name}_average` }).apply(x),
  );
  return tf.model({ inputs: image, outputs: detail, name: scope.name });
}
