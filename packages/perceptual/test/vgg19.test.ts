import * as tf from '@tensorflow/tfjs';
import { kerasPreprocessing, torchvisionPreprocessing, vgg19, weightsSha256 } from '@utad/features';
import { TfjsBackbone } from '@utad/features/tfjs';
import { PerceptualScorer } from '@utad/perceptual';
import { describe, expect, it } from 'vitest';
import {
  reference,
  referenceImage,
  referenceTensors,
  referenceWeights,
  relativeError,
} from '../../features/test/reference';

describe.each([kerasPreprocessing, torchvisionPreprocessing])(
  'the distance by VGG-19 with $name preprocessing',
  (preprocessing) => {
    const expected = preprocessing.name === 'keras' ? reference.keras : reference.torchvision;

    it('gives the maps of Eq. 8 and the distance of the float64 reference', () => {
      const vgg = new TfjsBackbone(referenceWeights(preprocessing));
      const scorer = new PerceptualScorer(vgg);
      const [x, m, r, n] = [referenceImage(0), referenceImage(1), referenceImage(2), referenceImage(3)];
      const { perLayer, perPair } = scorer.maps({ x, m, r, n }, [
        ['x', 'r'],
        ['m', 'n'],
        ['x', 'm'],
      ]);
      perLayer.forEach((map, l) => {
        expect(map.shape).toEqual([2, 12, 8]);
        expect(relativeError(map.dataSync(), expected.perLayer[l] ?? [])).toBeLessThan(1e-5);
      });
      perPair.forEach((map, p) => {
        expect(relativeError(map.dataSync(), expected.perPair[p] ?? [])).toBeLessThan(1e-5);
      });
      expect(relativeError(scorer.distance(x, r).dataSync(), [expected.distance])).toBeLessThan(1e-5);
      vgg.dispose();
    });

    it('has the gradient of the float64 reference', () => {
      const vgg = new TfjsBackbone(referenceWeights(preprocessing));
      const scorer = new PerceptualScorer(vgg);
      const target = referenceImage(2);
      const direction = tf.sub(referenceImage(4), 0.5);
      const gradient = tf.grad((x) => scorer.distance(x.as4D(2, 12, 8, 3), target))(referenceImage(0));
      const derivative = tf.sum(tf.mul(gradient, direction)).dataSync();
      expect(relativeError(derivative, [expected.derivative])).toBeLessThan(1e-3);
      vgg.dispose();
    });
  },
);

it('a VGG-19 of other widths measures distances', () => {
  const tensors = referenceTensors([
    ['conv1_1', 3, 5],
    ['conv1_2', 5, 4],
    ['conv2_1', 4, 7],
    ['conv2_2', 7, 6],
    ['conv3_1', 6, 9],
    ['conv3_2', 9, 8],
    ['conv3_3', 8, 11],
    ['conv3_4', 11, 10],
  ]);
  const sha256 = weightsSha256(vgg19, tensors);
  const vgg = new TfjsBackbone({
    backbone: vgg19,
    name: 'narrow',
    sha256,
    preprocessing: torchvisionPreprocessing,
    tensors,
  });
  const scorer = new PerceptualScorer(vgg);
  const [a, b] = [referenceImage(0), referenceImage(1)];
  expect(scorer.anomalyMap(a, b).shape).toEqual([2, 12, 8]);
  expect(scorer.distance(a, b).dataSync()[0]).toBeGreaterThan(0.01);
  vgg.dispose();
});
