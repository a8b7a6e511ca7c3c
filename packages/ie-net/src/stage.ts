import * as tf from '@tensorflow/tfjs';
import { deriveSeed } from '@utad/core';
import type { Images } from '@utad/layers';
import type { Stage } from '@utad/training';
import { klDivergence, mutualInformationLoss, reconstructionLoss } from './losses';
import type { IeNet } from './network';

/** A batch of images with the noise of one step. */
export type IeNetInputs = {
  /** `[B, H, W, 3]` */
  readonly x: Images;
  /** Standard normal, `[B, latent]`, for the positive z. */
  readonly positiveNoise: tf.Tensor2D;
  /** The same for z̃. */
  readonly negativeNoise: tf.Tensor2D;
};

/** Where Eq. 4 and the KL term lie while z says nothing of the image (design: the released weights lead there). */
const TRIVIAL = {
  mutualInformation: {
    value: 2 * Math.LN2,
    tolerance: 0.02,
    meaning: 'T cannot tell which code belongs to which image; a lower weight of the KL term may help',
  },
  kl: {
    value: 0,
    tolerance: 0.05,
    meaning: 'z is the same for every image; a lower weight of the KL term may help',
  },
} as const;

/** Stage 1: E_M, D_M and T trained together on Eq. 6. */
export function ieNetStage(net: IeNet): Stage<IeNetInputs> {
  const { loss, latent } = net.config;
  const informed = loss.mutualInformation > 0;
  const { 'ie-net-discriminator': discriminator, ...reconstructing } = net.networks();
  return {
    name: 'ie-net',
    inputSize: net.inputSize,
    // Each image is paired with another one's code.
    smallestBatch: 2,
    networks: informed ? net.networks() : reconstructing,
    ...(informed && { trivialTerms: TRIVIAL }),

    prepare(images, seed) {
      const [count] = images.shape;
      const noise = (purpose: string): tf.Tensor2D =>
        tf.randomNormal([count, latent], 0, 1, 'float32', deriveSeed(seed, purpose));
      return { x: images.clone(), positiveNoise: noise('positive'), negativeNoise: noise('negative') };
    },

    losses({ x, positiveNoise, negativeNoise }, training) {
      const encoding = net.encode(x, { training });
      const { mean, logVariance, pooled } = encoding;
      const deviation /* σ */ = logVariance.div<tf.Tensor2D>(2).exp();
      const sampled /* z */ = mean.add<tf.Tensor2D>(deviation.mul(positiveNoise));
      // Held-out images are decoded as at inference, from the mean.
      const z = training ? sampled : mean;
      const impression /* m */ = net.decode(encoding, z, { training });
      const reconstruction = reconstructionLoss(impression, x);
      if (!informed) return { total: reconstruction.mul(loss.reconstruction), terms: { reconstruction } };

      const negativeZ /* z̃ */ = mean.add<tf.Tensor2D>(deviation.mul(negativeNoise));
      const negativePooled /* of x̃ */ = roll(pooled);
      const logits = net.discriminate(tf.concat([pooled, negativePooled]), tf.concat([sampled, negativeZ]), {
        training,
      }); // [2B, 1]
      const [positive, negative] = tf.split(logits, 2); // [B, 1] each
      if (positive === undefined || negative === undefined) throw new Error('IE-Net: no logits');
      const mutualInformation = mutualInformationLoss(positive, negative);
      const kl = klDivergence(mean, logVariance);
      const total = tf.addN([
        mutualInformation.mul(loss.mutualInformation),
        kl.mul(loss.kl),
        reconstruction.mul(loss.reconstruction),
      ]);
      return { total: total.asScalar(), terms: { mutualInformation, kl, reconstruction } };
    },
  };
}

/** Each row moves to the next place, the last one to the first: every image meets another's code. */
function roll(rows: tf.Tensor2D): tf.Tensor2D {
  const count = rows.shape[0];
  return tf.concat([rows.slice([count - 1], [1]), rows.slice([0], [count - 1])]);
}
