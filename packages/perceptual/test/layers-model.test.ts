import * as tf from '@tensorflow/tfjs';
import { kerasPreprocessing, randomWeights, vgg19 } from '@utad/features';
import { LayersModelFeatures, TfjsBackbone } from '@utad/features/tfjs';
import { PerceptualScorer } from '@utad/perceptual';
import { describe, expect, it } from 'vitest';
import { small, vggModel } from '../../features/test/layers-models';
import { referenceImage, relativeError } from '../../features/test/reference';

describe('the distance by LayersModelFeatures', () => {
  it('gives VGG-19 as a layers model the distances that TfjsBackbone has', () => {
    const weights = { ...randomWeights(vgg19, 4), preprocessing: kerasPreprocessing };
    const layers = ['conv3_1', 'conv1_2'];
    const vgg = new TfjsBackbone(weights, { layers });
    const extractor = new LayersModelFeatures(vggModel(weights), layers, {
      preprocessing: kerasPreprocessing,
    });
    expect(extractor.layers).toEqual(layers);
    const [a, b] = [referenceImage(0), referenceImage(1)];
    const [ours, theirs] = [extractor, vgg].map((e) => [
      ...new PerceptualScorer(e).distance(a, b).dataSync(),
    ]);
    expect(relativeError(ours ?? [], theirs ?? [])).toBeLessThan(1e-5);
    extractor.dispose();
    vgg.dispose();
  });

  it('lets gradients through to images, and no optimiser at its weights', () => {
    const extractor = new LayersModelFeatures(small(), ['fine', 'coarse']);
    const scorer = new PerceptualScorer(extractor);
    const target = referenceImage(1);
    const image = tf.variable(referenceImage(0));
    const { grads } = tf.variableGrads(() => scorer.distance(image.as4D(2, 12, 8, 3), target));
    expect(Object.keys(grads)).toEqual([image.name]);
    expect(tf.sum(tf.abs(grads[image.name] ?? 0)).dataSync()[0]).toBeGreaterThan(1e-4);
    tf.dispose(grads);
    image.dispose();
    extractor.dispose();
  });
});
