import * as tf from '@tensorflow/tfjs';
import { deriveSeed } from '@utad/core';
import { symbolic } from '@utad/training';
import { BatchNorm } from './layers/batch-norm';

const LEAK = 0.1;

/**
 * Four branches side by side, each of `filters` channels: 1x1; 3x3; 5x5; 3x3 max-pooling then 1x1 (Figure 3).
 *
 * Convolutions have no bias. Batch norm and leaky ReLU act on each channel by itself, so they follow the concatenation
 * once rather than each branch.
 *
 * @returns `[B, H, W, 4 * filters]`
 */
export function inceptionBlock(
  x: tf.SymbolicTensor,
  { filters, name, seed }: { filters: number; name: string; seed: number },
): tf.SymbolicTensor {
  const convolution = (input: tf.SymbolicTensor, kernelSize: number, branch: string) =>
    symbolic(
      tf.layers
        .conv2d({
          filters,
          kernelSize,
          padding: 'same',
          useBias: false,
          kernelInitializer: tf.initializers.heNormal({ seed: deriveSeed(seed, name, branch) }),
          name: `${name}_${branch}`,
        })
        .apply(input),
    );
  const pooled = symbolic(
    tf.layers.maxPooling2d({ poolSize: 3, strides: 1, padding: 'same', name: `${name}_pool` }).apply(x),
  );
  const branches = [
    convolution(x, 1, '1x1'),
    convolution(x, 3, '3x3'),
    convolution(x, 5, '5x5'),
    convolution(pooled, 1, 'pool_1x1'),
  ];
  const joined = symbolic(tf.layers.concatenate({ name: `${name}_concat` }).apply(branches));
  const normalised = symbolic(new BatchNorm({ name: `${name}_norm` }).apply(joined));
  return symbolic(tf.layers.leakyReLU({ alpha: LEAK, name: `${name}_act` }).apply(normalised));
}
