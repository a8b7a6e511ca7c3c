import * as tf from '@tensorflow/tfjs';
import { symbolic } from '@utad/training';
import { convolution, relu, residualBlock, type Scope } from './blocks';
import type { ExpertNetConfig } from './config';
import { InstanceNorm } from './layers/instance-norm';

/**
 * E_X: a 7x7 stem, stride-2 blocks that double the filters, residual blocks; instance norm throughout.
 *
 * @returns A model from an image `[B, H, W, 3]` to its content `[B, h, w, C]`.
 */
export function buildEncoder(config: ExpertNetConfig, scope: Scope): tf.LayersModel {
  const [height, width] = config.inputSize;
  const normalize = (x: tf.SymbolicTensor, name: string) => symbolic(new InstanceNorm({ name }).apply(x));
  const image = tf.input({ shape: [height, width, 3], name: `${scope.name}_image` });

  let filters = config.base;
  let x = convolution(image, { filters, kernelSize: 7, name: 'stem' }, scope);
  x = relu(normalize(x, `${scope.name}_stem_norm`), `${scope.name}_stem_relu`);
  for (let block = 1; block <= config.downsamplings; block++) {
    filters *= 2;
    const name = `down${block}`;
    x = convolution(x, { filters, kernelSize: 4, strides: 2, name }, scope); // [B, H / 2^block, W / 2^block, filters]
    x = relu(normalize(x, `${scope.name}_${name}_norm`), `${scope.name}_${name}_relu`);
  }
  for (let block = 1; block <= config.residualBlocks; block++) {
    x = residualBlock(x, { filters, name: `residual${block}`, normalize }, scope);
  }
  return tf.model({ inputs: image, outputs: x, name: scope.name });
}
