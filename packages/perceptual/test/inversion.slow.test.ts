import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { type BackboneWeights, randomWeights, vgg19 } from '@utad/features';
import { readWeights } from '@utad/features/node';
import { TfjsBackbone } from '@utad/features/tfjs';
import type { Images } from '@utad/layers';
import { PerceptualScorer } from '@utad/perceptual';
import { expect, it } from 'vitest';

const data = process.env.UTAD_TEST_DATA;

/** `[1, 64, 64, 3]`: a ramp of colours behind a ring and a few stripes, so that there are flats, slopes and edges. */
function picture(): Images {
  const pixels = Float32Array.from({ length: 64 * 64 * 3 }, (_, i) => {
    const [y, x, c] = [Math.floor(i / 192), Math.floor(i / 3) % 64, i % 3];
    const radius = Math.hypot(y - 28, x - 36);
    if (radius > 12 && radius < 18) return [0.9, 0.2, 0.1][c] ?? 0;
    if (y > 48 && x % 8 < 4) return 0.15;
    return [x / 64, y / 64, (x + y) / 128][c] ?? 0;
  });
  return tf.tensor4d(pixels, [1, 64, 64, 3]);
}

/** Peak signal to noise of images in [0, 1], in decibels: higher is nearer. */
function psnr(a: tf.Tensor, b: tf.Tensor): number {
  return tf.tidy(() => -10 * Math.log10(tf.losses.meanSquaredError(a, b).dataSync()[0] ?? Number.NaN));
}

/** What 300 steps of Adam make of faint noise that is to look like the picture. */
function fromNoise(weights: BackboneWeights): { first: number; last: number } {
  const vgg = new TfjsBackbone(weights);
  // The deeper a layer, the larger its features with weights of ImageNet, and the rougher the way that its share leads.
  const scorer = new PerceptualScorer(vgg, { layerWeights: [1, 0.1, 0.01] });
  const target = picture();
  const reference = scorer.reference(target);
  const image = tf.variable(tf.randomUniform<tf.Rank.R4>([1, 64, 64, 3], 0.4, 0.6, 'float32', 5));
  const first = psnr(image, target);
  const optimizer = tf.train.adam(0.05);
  const steps = 300;
  for (let step = 0; step < steps; step++) {
    // To nothing along half a cosine: steps of one size would go on jumping across the smallest distance.
    Object.assign(optimizer, { learningRate: 0.025 * (1 + Math.cos((Math.PI * step) / steps)) });
    optimizer.minimize(() => scorer.distance(image, reference), false, [image]);
    // Clipped after the step: within the loss, what left [0, 1] would have no gradient to come back by.
    tf.tidy(() => image.assign(tf.clipByValue(image, 0, 1)));
  }
  const last = psnr(image, target);
  optimizer.dispose();
  tf.dispose([image, target]);
  reference.dispose();
  vgg.dispose();
  return { first, last };
}

it('minimising the distance leads from noise to the image, with random weights', () => {
  const { first, last } = fromNoise(randomWeights(vgg19, 0));
  expect(first).toBeLessThan(12);
  expect(last).toBeGreaterThan(25);
});

it.skipIf(data === undefined)(
  'minimising the distance leads from noise to the image, with ImageNet weights (skipped without UTAD_TEST_DATA)',
  async () => {
    const weights = await readWeights(vgg19, join(data ?? '', 'vgg19-imagenet-tfjs'));
    const { first, last } = fromNoise(weights);
    expect(first).toBeLessThan(12);
    expect(last).toBeGreaterThan(25);
  },
);
