import * as tf from '@tensorflow/tfjs';
import type { Images } from '@utad/layers';
import type { Stage } from '@utad/training';
import { meanAbsoluteError } from './losses';
import type { ExpertNet } from './network';

/** A batch with what no gradient goes through. */
export type ExpertNetInputs = {
  /** `[B, H, W, 3]` */
  readonly x: Images;
  /** m, `[B, H, W, 3]` */
  readonly impression: Images;
  /** s = E_S(x), `[B, detail]`: a target that stands still, or E_S = constant would solve the third term. */
  readonly detailTarget: tf.Tensor2D;
};

/**
 * Stage 2: both paths and E_S trained together on |x̂ - x| + |m̂ - m| + |ŝ - s|.
 *
 * @param impressionOf Makes m of x; stage 1 trained it, and it stays as it is.
 */
export function expertNetStage(net: ExpertNet, impressionOf: (x: Images) => Images): Stage<ExpertNetInputs> {
  const { loss } = net.config;
  return {
    name: 'expert-net',
    inputSize: net.inputSize,
    // So that an epoch has as many steps as one of IE-Net.
    smallestBatch: 2,
    networks: net.networks(),

    prepare: (images) => ({
      x: images.clone(),
      impression: impressionOf(images),
      detailTarget: net.detail(images),
    }),

    losses({ x, impression, detailTarget }) {
      const reconstructed /* x̂ */ = net.reconstruct(impression, net.detail(x));
      const naive /* m̂ */ = net.naiveImpression(x);
      const detailAgain /* ŝ */ = net.detail(reconstructed);
      const reconstruction = meanAbsoluteError(reconstructed, x);
      const naiveImpression = meanAbsoluteError(naive, impression);
      const detail = meanAbsoluteError(detailAgain, detailTarget);
      const total = tf.addN([
        reconstruction.mul(loss.reconstruction),
        naiveImpression.mul(loss.naiveImpression),
        detail.mul(loss.detail),
      ]);
      return { total: total.asScalar(), terms: { reconstruction, naiveImpression, detail } };
    },
  };
}
