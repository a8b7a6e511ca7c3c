import * as tf from '@tensorflow/tfjs';
import { kerasPreprocessing, randomWeights, vgg19 } from '@utad/features';
import { LayersModelFeatures, TfjsBackbone } from '@utad/features/tfjs';
import { describe, expect, it } from 'vitest';
import { small, vggModel } from './layers-models';
import { referenceImage, relativeError } from './reference';

describe('LayersModelFeatures', () => {
  it('gives VGG-19 as a layers model the features that TfjsBackbone has', () => {
    const weights = { ...randomWeights(vgg19, 4), preprocessing: kerasPreprocessing };
    const layers = ['conv3_1', 'conv1_2'];
    const vgg = new TfjsBackbone(weights, { layers });
    const extractor = new LayersModelFeatures(vggModel(weights), layers, {
      preprocessing: kerasPreprocessing,
    });
    expect(extractor.layers).toEqual(layers);
    const a = referenceImage(0);
    const expected = vgg.tensorFeatures(a);
    extractor.tensorFeatures(a).forEach((feature, l) => {
      expect(feature.shape).toEqual(expected[l]?.shape);
      expect(relativeError(feature.dataSync(), [...(expected[l]?.dataSync() ?? [])])).toBeLessThan(1e-5);
    });
    extractor.dispose();
    vgg.dispose();
  });

  it('sees images as they are, or as told', () => {
    const identity = tf.sequential({
      layers: [tf.layers.activation({ activation: 'linear', inputShape: [2, 2, 3], name: 'same' })],
    });
    const x = tf.fill<tf.Rank.R4>([1, 2, 2, 3], 0.25);
    expect(new LayersModelFeatures(identity, ['same']).tensorFeatures(x)[0]?.dataSync()[0]).toBe(0.25);
    const preprocessing = {
      name: 'symmetric',
      scale: 2,
      order: 'rgb',
      mean: [1, 1, 1],
      deviation: [1, 1, 1],
    } as const;
    const told = new LayersModelFeatures(identity, ['same'], { preprocessing });
    expect(told.tensorFeatures(x)[0]?.dataSync()[0]).toBe(-0.5);
    told.dispose();
  });

  it('has batch norm behave as at inference, and change nothing', () => {
    const extractor = new LayersModelFeatures(small(), ['coarse']);
    const x = referenceImage(0);
    const [first] = extractor.tensorFeatures(x);
    const [again] = extractor.tensorFeatures(x);
    const [alone] = extractor.tensorFeatures(tf.slice(x, [0, 0, 0, 0], [1, 12, 8, 3]));
    expect(again?.dataSync()).toEqual(first?.dataSync());
    const half = [...(first?.dataSync() ?? [])].slice(0, alone?.size);
    expect(relativeError(alone?.dataSync() ?? [], half)).toBeLessThan(1e-5);
    extractor.dispose();
  });

  it('leaves the caller one tensor a layer, and nothing after dispose', () => {
    const x = referenceImage(0);
    const before = tf.memory().numTensors;
    const extractor = new LayersModelFeatures(small(), ['fine', 'coarse']);
    const held = tf.memory().numTensors;
    expect(held).toBe(before + 2 + 4 + 2);
    const features = extractor.tensorFeatures(x);
    expect(tf.memory().numTensors).toBe(held + 2);
    tf.dispose(features);
    extractor.dispose();
    extractor.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(x.isDisposed).toBe(false);
    expect(() => extractor.tensorFeatures(x)).toThrow('received a disposed one');
  });

  it('names the layers there are where one is missing, and refuses none, one twice and one without pixels', () => {
    const model = small();
    expect(() => new LayersModelFeatures(model, ['fine', 'conv9'])).toThrow(
      new RangeError('LayersModelFeatures: expected layers of fine, norm, coarse, pool, received "conv9"'),
    );
    expect(() => new LayersModelFeatures(model, [])).toThrow('one layer or more, each once, received []');
    expect(() => new LayersModelFeatures(model, ['fine', 'fine'])).toThrow('received [fine, fine]');
    expect(() => new LayersModelFeatures(model, ['pool'])).toThrow(
      'LayersModelFeatures: expected an output [B, h, w, C] of pool, received [null,6]',
    );
    // None of these took the model over.
    expect(model.trainableWeights.length).toBe(6);
    model.dispose();
  });

  it('refuses models that take no images, and images that the model does not take', () => {
    const dense = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [5], name: 'head' })] });
    expect(() => new LayersModelFeatures(dense, ['head'])).toThrow(
      'LayersModelFeatures: expected a model of one input [B, H, W, 3], received [null,5]',
    );
    const fixed = new LayersModelFeatures(small([16, 16, 3]), ['fine']);
    expect(() => fixed.tensorFeatures(tf.zeros([1, 12, 16, 3]))).toThrow(
      'LayersModelFeatures.features: expected images [B, 16, 16, 3], received [1,12,16,3]',
    );
    const free = new LayersModelFeatures(small(), ['fine', 'coarse']);
    expect(() => free.tensorFeatures(tf.zeros([1, 12, 16, 1]))).toThrow(
      'images [B, H, W, 3], received [1,12,16,1]',
    );
    expect(() => free.tensorFeatures(tf.zeros([1, 3, 3, 3]))).toThrow(
      'LayersModelFeatures.features: expected images large enough for coarse, received [1,3,3,3], of which it would make [1,0,0,6]',
    );
    const one = new LayersModelFeatures(small(), ['fine']);
    expect(() => one.tensorFeatures(tf.zeros([1, 1, 1, 3]))).toThrow('expected images large enough for fine');
    for (const used of [dense, fixed, free, one]) used.dispose();
  });
});
