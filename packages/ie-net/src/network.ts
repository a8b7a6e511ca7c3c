import * as tf from '@tensorflow/tfjs';
import { deriveSeed, type Size } from '@utad/core';
import { BatchNorm, type Images, ofRank, outputsOf, symbolic, UpsampleNearest } from '@utad/layers';
import type { IeNetConfig } from './config';

const LEAK = 0.1;

/** A layer's name, under which its weights are saved, and the seed that its initial weights come from. */
interface Named {
  readonly name: string;
  readonly seed: number;
}

/**
 * Four branches side by side, each of `filters` channels: 1x1; 3x3; 5x5; 3x3 max-pooling then 1x1 (Figure 3).
 *
 * Convolutions have no bias. Batch norm and leaky ReLU act on each channel by itself, so they follow the concatenation
 * once rather than each branch.
 *
 * @returns `[B, H, W, 4 * filters]`
 */
function inceptionBlock(
  x: tf.SymbolicTensor,
  { filters, name, seed }: Named & { filters: number },
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
    ); // [B, H, W, filters]
  const pooling = tf.layers.maxPooling2d({ poolSize: 3, strides: 1, padding: 'same', name: `${name}_pool` });
  const branches = [
    convolution(x, 1, '1x1'),
    convolution(x, 3, '3x3'),
    convolution(x, 5, '5x5'),
    convolution(symbolic(pooling.apply(x)), 1, 'pool_1x1'),
  ];
  const joined = symbolic(tf.layers.concatenate({ name: `${name}_concat` }).apply(branches)); // [B, H, W, 4 * filters]
  const normalised = symbolic(new BatchNorm({ name: `${name}_norm` }).apply(joined));
  return symbolic(tf.layers.leakyReLU({ alpha: LEAK, name: `${name}_act` }).apply(normalised));
}

/** A fully connected layer, `[B, units]`. */
function dense(
  x: tf.SymbolicTensor,
  { units, activation = 'linear', name, seed }: Named & { units: number; activation?: 'relu' | 'linear' },
): tf.SymbolicTensor {
  const kernelInitializer = tf.initializers.heNormal({ seed: deriveSeed(seed, name) });
  return symbolic(tf.layers.dense({ units, activation, kernelInitializer, name }).apply(x)); // [B, units]
}

/**
 * E_M: inception blocks, each followed by max-pooling, and three fully connected layers from the average-pooled
 * features to the distribution of z.
 *
 * @returns A model from x `[B, H, W, 3]` to the features `[B, h, w, C]`, their average `[B, C]`, and mean and
 *   log-variance of z side by side, `[B, 2 * latent]`.
 */
function buildEncoder(config: IeNetConfig, seed: number): tf.LayersModel {
  const [height, width] = config.inputSize;
  const x = tf.input({ shape: [height, width, 3], name: 'encoder_x' }); // [B, H, W, 3]
  let features = x;
  for (const [index, { filters, factor }] of config.encoder.entries()) {
    const name = `encoder_block${index + 1}`;
    features = inceptionBlock(features, { filters, name, seed }); // [B, H', W', 4 * filters]
    const pooling = tf.layers.maxPooling2d({ poolSize: factor, strides: factor, name: `${name}_down` });
    features = symbolic(pooling.apply(features)); // [B, H' / factor, W' / factor, 4 * filters]
  } // [B, h, w, C]; of the paper [B, 8, 8, 512]
  const average = tf.layers.globalAveragePooling2d({ name: 'encoder_average' });
  const pooled = symbolic(average.apply(features)); // [B, C]
  const [first, second] = config.mlp;
  let hidden = dense(pooled, { units: first, activation: 'relu', name: 'encoder_mlp1', seed }); // [B, first]
  hidden = dense(hidden, { units: second, activation: 'relu', name: 'encoder_mlp2', seed }); // [B, second]
  const distribution /* mean and log σ² of z */ = symbolic(
    tf.layers
      .dense({
        units: 2 * config.latent,
        kernelInitializer: tf.initializers.glorotNormal({ seed: deriveSeed(seed, 'encoder_mlp3') }),
        name: 'encoder_mlp3',
      })
      .apply(hidden),
  ); // [B, 2 * latent]
  return tf.model({ inputs: x, outputs: [features, pooled, distribution], name: 'ie-net-encoder' });
}

/**
 * D_M: inception blocks, each followed by nearest up-sampling, then a 1x1 convolution and a sigmoid.
 *
 * @returns A model from the encoder's features `[B, h, w, C]`, or from z `[B, latent]` with the vector bottleneck, to
 *   the impression m `[B, H, W, 3]` in (0, 1).
 * @throws RangeError when the blocks' factors do not divide the image.
 */
function buildDecoder(config: IeNetConfig, seed: number): tf.LayersModel {
  const [height, width] = bottleneckSize(config);
  const spatial = config.bottleneck === 'spatial';
  const input = spatial
    ? tf.input({ shape: [height, width, featureChannels(config)], name: 'decoder_features' }) // [B, h, w, C]
    : tf.input({ shape: [config.latent], name: 'decoder_z' }); // [B, latent]
  let x = spatial ? input : spread(input, [height, width, config.vectorChannels], seed); // [B, h, w, ...]
  for (const [index, { filters, factor }] of config.decoder.entries()) {
    const name = `decoder_block${index + 1}`;
    x = inceptionBlock(x, { filters, name, seed }); // [B, H', W', 4 * filters]
    x = symbolic(new UpsampleNearest({ factor, name: `${name}_up` }).apply(x)); // [B, H' * factor, W' * factor, 4 * filters]
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
  ); // [B, H, W, 3]
  return tf.model({ inputs: input, outputs: impression, name: 'ie-net-decoder' });
}

/** The map that D_M starts from with the vector bottleneck, made of z. */
function spread(z: tf.SymbolicTensor, shape: [number, number, number], seed: number): tf.SymbolicTensor {
  const [height, width, channels] = shape;
  const values = dense(z, { units: height * width * channels, name: 'decoder_spread', seed }); // [B, h * w * channels]
  return symbolic(tf.layers.reshape({ targetShape: shape, name: 'decoder_reshape' }).apply(values)); // [B, h, w, channels]
}

/**
 * T: four fully connected layers that tell an image with its own code from an image with another's.
 *
 * It sees the image as its average-pooled features. Those of near-identical parts differ by little against their common
 * mean, so inputs are standardised over the batch first; without that T learns nothing (docs/decisions/0002).
 *
 * @returns A model from features and z side by side, `[B, C + latent]`, to a logit `[B, 1]`; the sigmoid is in the loss.
 */
function buildDiscriminator(config: IeNetConfig, seed: number): tf.LayersModel {
  const shape = [featureChannels(config) + config.latent];
  const pair = tf.input({ shape, name: 'discriminator_pair' }); // [B, C + latent]
  let x = symbolic(new BatchNorm({ name: 'discriminator_standardise', affine: false }).apply(pair));
  for (const [index, units] of config.discriminator.entries())
    x = dense(x, { units, activation: 'relu', name: `discriminator_fc${index + 1}`, seed }); // [B, units]
  x = dense(x, { units: 1, name: `discriminator_fc${config.discriminator.length + 1}`, seed }); // [B, 1]
  return tf.model({ inputs: pair, outputs: x, name: 'ie-net-discriminator' });
}

/** C: of the features that E_M ends with. */
function featureChannels({ encoder }: IeNetConfig): number {
  return 4 * (encoder.at(-1)?.filters ?? 0);
}

/** h and w. */
function bottleneckSize({ inputSize: [height, width], encoder, decoder }: IeNetConfig): Size {
  const down = encoder.reduce((product, { factor }) => product * factor, 1);
  const up = decoder.reduce((product, { factor }) => product * factor, 1);
  if (up !== down || height % down !== 0 || width % down !== 0) {
    throw new RangeError(
      `IE-Net: expected factors of one product that divides ${height}x${width}, received ${down} down and ${up} up`,
    );
  }
  return [height / down, width / down];
}

/** What E_M says of a batch. */
export type Encoding = {
  /** Spatial features, `[B, h, w, C]`. */
  readonly features: tf.Tensor4D;
  /** Their average over h and w, `[B, C]`. */
  readonly pooled: tf.Tensor2D;
  /** Mean of z, `[B, latent]`. */
  readonly mean: tf.Tensor2D;
  /** Log-variance of z, `[B, latent]`. */
  readonly logVariance: tf.Tensor2D;
};

/** IE-Net (section 3.1): makes of an image x an impression m that is too coarse to hold a defect. */
export class IeNet {
  /** As given to the constructor. */
  readonly config: IeNetConfig;
  /** E_M with the MLP of z: images to spatial features, pooled features, and mean and log-variance of z. */
  readonly encoder: tf.LayersModel;
  /** D_M: spatial features, or z with the vector bottleneck, to the impression. */
  readonly decoder: tf.LayersModel;
  /** T: pooled features and z, one behind the other, to a logit. */
  readonly discriminator: tf.LayersModel;

  /**
   * @param options `seed` fixes the initial weights; default 0.
   * @throws RangeError when the factors of the blocks do not divide the image, or the decoder's not undo the encoder's.
   */
  constructor(config: IeNetConfig, { seed = 0 }: { seed?: number } = {}) {
    this.config = config;
    // The decoder comes first: it refuses factors that do not fit while there are no weights yet to free.
    this.decoder = buildDecoder(config, seed);
    this.encoder = buildEncoder(config, seed);
    this.discriminator = buildDiscriminator(config, seed);
  }

  /** Height and width of the images, in pixels. */
  get inputSize(): Size {
    return this.config.inputSize;
  }

  /**
   * E_M. The caller owns the tensors.
   *
   * @param x `[B, H, W, 3]` in [0, 1]
   */
  encode(x: Images, { training = false }: { training?: boolean } = {}): Encoding {
    return tf.tidy(() => {
      const [features, pooled, distribution] = outputsOf(this.encoder, x, training);
      const { latent, initialLogVariance } = this.config;
      const [mean, logVariance] = tf.split(ofRank(2, distribution, 'z'), [latent, latent], 1); // [B, latent] each
      return {
        features: ofRank(4, features, 'features'),
        pooled: ofRank(2, pooled, 'pooled features'),
        mean: ofRank(2, mean, 'mean of z'),
        logVariance: ofRank(2, logVariance, 'log-variance of z').add<tf.Tensor2D>(initialLogVariance),
      };
    });
  }

  /**
   * D_M.
   *
   * @param encoding What E_M made of the images; read with the spatial bottleneck only.
   * @param z `[B, latent]`: the mean at inference, a sample in training. Read with the vector bottleneck only.
   * @returns The impression m, `[B, H, W, 3]` in (0, 1).
   */
  decode(
    { features }: Pick<Encoding, 'features'>,
    z: tf.Tensor2D,
    { training = false }: { training?: boolean } = {},
  ): Images {
    const input = this.config.bottleneck === 'spatial' ? features : z;
    return ofRank(4, outputsOf(this.decoder, input, training)[0], 'impression');
  }

  /**
   * The impression m of each image, with moving averages and z at its mean.
   *
   * @param x `[B, H, W, 3]` in [0, 1]
   * @returns `[B, H, W, 3]` in (0, 1)
   */
  impression(x: Images): Images {
    return tf.tidy(() => {
      const encoding = this.encode(x);
      return this.decode(encoding, encoding.mean);
    });
  }

  /** Latent codes: the mean of z of each image, `[B, latent]`. */
  embed(x: Images): tf.Tensor2D {
    return tf.tidy(() => this.encode(x).mean);
  }

  /** T: logits `[B, 1]` for pairs of pooled features `[B, C]` and codes `[B, latent]`. */
  discriminate(
    pooled: tf.Tensor2D,
    z: tf.Tensor2D,
    { training = false }: { training?: boolean } = {},
  ): tf.Tensor2D {
    const pair = tf.concat([pooled, z], 1); // [B, C + latent]
    return ofRank(2, outputsOf(this.discriminator, pair, training)[0], 'logits');
  }

  /** Encoder, decoder and discriminator by the names under which a bundle stores them. They stay its own. */
  networks(): Record<string, tf.LayersModel> {
    return {
      'ie-net-encoder': this.encoder,
      'ie-net-decoder': this.decoder,
      'ie-net-discriminator': this.discriminator,
    };
  }

  /** Numbers in all weights, trained or not, T among them. */
  countParams(): number {
    return Object.values(this.networks()).reduce((sum, network) => sum + network.countParams(), 0);
  }

  /** Frees the weights. */
  dispose(): void {
    for (const network of Object.values(this.networks())) network.dispose();
  }
}
