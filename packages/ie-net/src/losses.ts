import * as tf from '@tensorflow/tfjs';

/**
 * Eq. 4 from logits: `-log T(x, z) - log(1 - T(x̃, z̃))`, averaged over the batch.
 *
 * Below 2 ln 2 = 1.386 T tells pairs apart; at it, T knows nothing.
 *
 * @param positive Logits of images with their own codes, `[B, 1]`.
 * @param negative Logits of images with others' codes, `[B, 1]`.
 */
export function mutualInformationLoss(positive: tf.Tensor, negative: tf.Tensor): tf.Scalar {
  // -log sigmoid(a) = softplus(-a), and -log(1 - sigmoid(a)) = softplus(a); neither overflows.
  return tf.tidy(() => tf.softplus(positive.neg()).mean().add(tf.softplus(negative).mean()).asScalar());
}

/**
 * Eq. 2 for a Gaussian with diagonal covariance against N(0, 1): `Σ (mean² + σ² - 1 - log σ²) / 2`, summed over z,
 * averaged over the batch, in nats.
 *
 * @param mean `[B, latent]`
 * @param logVariance `[B, latent]`
 */
export function klDivergence(mean: tf.Tensor2D, logVariance: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() =>
    mean.square().add(logVariance.exp()).sub(logVariance).sub(1).sum(1).mean().div(2).asScalar(),
  );
}

/** Eq. 5: mean absolute error of the impression, over all values. */
export function reconstructionLoss(impression: tf.Tensor4D, x: tf.Tensor4D): tf.Scalar {
  return tf.tidy(() => impression.sub(x).abs().mean().asScalar());
}
