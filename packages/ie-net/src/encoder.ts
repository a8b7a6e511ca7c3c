import * as tf from '@tensorflow/tfjs';
import { deriveSeed } from '@utad/core';
import { symbolic } from '@utad/training';
import type { IeNetConfig } from './config';
import { inceptionBlock } from './inception-block';

/**
 * E_M: inception blocks, each followed by max-pooling, and three fully connected layers from the average-pooled
 * features to the distribution of z.
 *
 * @returns A model from x `[B, H, W, 3]` to the features `[B, h, w, C]`, their average `[B, C]`, and mean and
 *   log-variance of z side by side, `[B, 2 * latent]`.
 */
export function buildEncoder(config: IeNetConfig, seed: number): tf.LayersModel {
  const [height, width] = config.inputSize;
  const x = tf.input({ shape: [height, width, 3], name: 'encoder_x' });
  let features = x;
  for (const [index, { filters, factor }] of config.encoder.entries()) {
    const name = `encoder_block${index + 1}`;
    features = inceptionBlock(features, { filters, name, seed });
    features = symbolic(
      tf.layers.maxPooling2d({ poolSize: factor, strides: factor, name: `${name}_down` }).apply(features),
    );
  }
  const pooled = symbolic(tf.layers.globalAveragePooling2d({ name: 'encoder_average' }).apply(features));
  const [first, second] = config.mlp;
  const hidden = dense(dense(pooled, { units: first, name: 'encoder_mlp1', seed }), {
    units: second,
    name: 'encoder_mlp2',
    seed,
  });
  const distribution = symbolic(
    tf.layers
      .dense({
        units: 2 * config.latent,
        kernelInitializer: tf.initializers.glorotNormal({ seed: deriveSeed(seed, 'encoder_mlp3') }),
        name: 'encoder_mlp3',
      })
      .apply(hidden),
  );
  return tf.model({ inputs: x, outputs: [features, pooled, distribution], name: 'ie-net-encoder' });
}

function dense(
  x: tf.SymbolicTensor,
  { units, name, seed }: { units: number; name: string; seed: number },
): tf.SymbolicTensor {
  const kernelInitializer = tf.initializers.heNormal({ seed: deriveSeed(seed, name) });
  return symbolic(tf.layers.dense({ units, activation: 'relu', kernelInitializer, name }).apply(x));
}
