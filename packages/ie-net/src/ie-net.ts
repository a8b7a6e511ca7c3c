import * as tf from '@tensorflow/tfjs';
import type { Size } from '@utad/core';
import { type Images, ofRank, outputsOf } from '@utad/training';
import type { IeNetConfig } from './config';
import { buildDecoder } from './decoder';
import { buildDiscriminator } from './discriminator';
import { buildEncoder } from './encoder';

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
      const [mean, logVariance] = tf.split(ofRank(2, distribution, 'z'), [latent, latent], 1);
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
    return ofRank(2, outputsOf(this.discriminator, tf.concat([pooled, z], 1), training)[0], 'logits');
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
