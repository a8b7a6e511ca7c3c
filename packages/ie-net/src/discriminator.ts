import * as tf from '@tensorflow/tfjs';
import { deriveSeed } from '@utad/core';
import { symbolic } from '@utad/training';
import type { IeNetConfig } from './config';
import { BatchNorm } from './layers/batch-norm';

/**
 * T: four fully connected layers that tell an image with its own code from an image with another's.
 *
 * It sees the image as its average-pooled features. Those of near-identical parts differ by little against their common
 * mean, so inputs are standardised over the batch first; without that T learns nothing (docs/decisions/0002).
 *
 * @returns A model from features and z side by side, `[B, C + latent]`, to a logit `[B, 1]`; the sigmoid is in the loss.
 */
export function buildDiscriminator(config: IeNetConfig, seed: number): tf.LayersModel {
  const channels = 4 * (config.encoder.at(-1)?.filters ?? 0);
  const pair = tf.input({ shape: [channels + config.latent], name: 'discriminator_pair' });
  let x = symbolic(new BatchNorm({ name: 'discriminator_standardise', affine: false }).apply(pair));
  const widths = [...config.discriminator, 1];
  for (const [index, units] of widths.entries()) {
    const name = `discriminator_fc${index + 1}`;
    const last = index === widths.length - 1;
    const kernelInitializer = tf.initializers.heNormal({ seed: deriveSeed(seed, name) });
    x = symbolic(
      tf.layers.dense({ units, activation: last ? 'linear' : 'relu', kernelInitializer, name }).apply(x),
    );
  }
  return tf.model({ inputs: pair, outputs: x, name: 'ie-net-discriminator' });
}
