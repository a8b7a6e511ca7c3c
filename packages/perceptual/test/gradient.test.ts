import * as tf from '@tensorflow/tfjs';
import { torchvisionPreprocessing } from '@utad/features';
import { TfjsBackbone } from '@utad/features/tfjs';
import { PerceptualScorer, type PerceptualScorerOptions } from '@utad/perceptual';
import { afterAll, describe, expect, it } from 'vitest';
import { referenceImage, referenceWeights } from '../../features/test/reference';

describe('the gradient of the distance by VGG-19', () => {
  const vgg = new TfjsBackbone(referenceWeights(torchvisionPreprocessing));
  afterAll(() => vgg.dispose());

  const channelWeights = [64, 128, 256].map((count) => Float32Array.from({ length: count }, (_, c) => c % 3));
  it.each<[string, PerceptualScorerOptions]>([
    ['as in Eq. 8', {}],
    ['as in LPIPS', { difference: 'l2', normalize: 'unit', channelWeights }],
    ['by the largest pixels', { layerWeights: [0, 1, 3], reduction: 'max' }],
  ])('is what finite differences along any direction give, %s', (_, options) => {
    const scorer = new PerceptualScorer(vgg, options);
    const [a, b] = [referenceImage(0), referenceImage(1)];
    const gradient = tf.grad((x) => scorer.distance(x.as4D(2, 12, 8, 3), b))(a);
    const norm = tf.norm(gradient).dataSync()[0] ?? Number.NaN;
    for (const seed of [1, 2, 3]) {
      const direction = tf.randomNormal(a.shape, 0, 1, 'float32', seed);
      const at = (step: number) =>
        scorer.distance(tf.add<tf.Tensor4D>(a, tf.mul(direction, step)), b).dataSync()[0] ?? Number.NaN;
      // ReLU, |·| and maxima bend at every pixel: steps large enough for float32 cross some of the bends.
      const step = 2 ** -13;
      const numeric = (at(step) - at(-step)) / (2 * step);
      const analytic = tf.sum(tf.mul(gradient, direction)).dataSync()[0] ?? Number.NaN;
      // Of the norm, for along a random direction most of the gradient cancels.
      expect(Math.abs(analytic - numeric)).toBeLessThan(0.05 * norm);
    }
  });
});
