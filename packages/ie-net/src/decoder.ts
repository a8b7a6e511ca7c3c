import * as tf from '@tensorflow/tfjs';
import { deriveSeed } from '@utad/core';
import { symbolic, UpsampleNearest } from '@utad/training';
import type { IeNetConfig } from './config';
import { inceptionBlock } from './inception-block';

/**
 * D_M: inception blocks, each followed by nearest up-sampling, then a 1x1 convolution and a sigmoid.
 *
 * @returns A model from the encoder's features `[B, h, w, C]`, or from z `[B, latent]` with the vector bottleneck, to
 *   the impression m `[B, H, W, 3]` in (0, 1).
 */
export function buildDecoder(config: IeNetConfig, seed: number): tf.LayersModel {
  const { input, features } =
    config.bottleneck === 'spatial' ? spatialInput(config) : vectorInput(config, seed);
  let x = features;
  for (const [index, { filters, factor }] of config.decoder.entries()) {
    const name = `decoder_block${index + 1}`;
    x = inceptionBlock(x, { filters, name, seed });
    x = symbolic(new UpsampleNearest({ factor, name: `${name}_up` }).apply(x));
  }
  const impression /* m */ = symbolic(
    tf.layers
      .conv2d({
        filters: 3,
        kernelSize: config.outputKernel,
        padding: 'same',
        activation: 'sigmoid',
        kernelInitializer: tf.initializers.glorotNormal({ seed: deriveSeed(seed, 'decoder_image') }),
        name: 'decoder_image',
      })
      .apply(x),
  );
  return tf.model({ inputs: input, outputs: impression, name: 'ie-net-decoder' });
}

interface DecoderInput {
  readonly input: tf.SymbolicTensor;
  readonly features: tf.SymbolicTensor;
}

function spatialInput(config: IeNetConfig): DecoderInput {
  const [height, width] = bottleneckSize(config);
  const channels = 4 * (config.encoder.at(-1)?.filters ?? 0);
  const input = tf.input({ shape: [height, width, channels], name: 'decoder_features' });
  return { input, features: input };
}

function vectorInput(config: IeNetConfig, seed: number): DecoderInput {
  const [height, width] = bottleneckSize(config);
  const channels = config.vectorChannels;
  const z = tf.input({ shape: [config.latent], name: 'decoder_z' });
  const spread = symbolic(
    tf.layers
      .dense({
        units: height * width * channels,
        kernelInitializer: tf.initializers.heNormal({ seed: deriveSeed(seed, 'decoder_spread') }),
        name: 'decoder_spread',
      })
      .apply(z),
  );
  const features = symbolic(
    tf.layers.reshape({ targetShape: [height, width, channels], name: 'decoder_reshape' }).apply(spread),
  ); // [B, h, w, vectorChannels]
  return { input: z, features };
}

/** @throws RangeError when the blocks' factors do not divide the image. */
function bottleneckSize({ inputSize: [height, width], encoder, decoder }: IeNetConfig): [number, number] {
  const down = encoder.reduce((product, { factor }) => product * factor, 1);
  const up = decoder.reduce((product, { factor }) => product * factor, 1);
  if (up !== down || height % down !== 0 || width % down !== 0) {
    throw new RangeError(
      `IE-Net: expected factors of one product that divides ${height}x${width}, received ${down} down and ${up} up`,
    );
  }
  return [height / down, width / down];
}
