import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  encodeWeights,
  featureScale,
  kerasPreprocessing,
  randomWeights,
  torchvisionPreprocessing,
  vgg19,
  WeightsError,
  weightsFromSafetensors,
} from '@utad/features';
import { readWeights } from '@utad/features/node';
import { TfjsBackbone } from '@utad/features/tfjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { layerTable, reference, referenceImage, referenceWeights, relativeError } from './reference';
import { inMemory } from './safetensors-file';

const data = process.env.UTAD_TEST_DATA;
const allLayers = layerTable.map(([name]) => name);

describe.each([kerasPreprocessing, torchvisionPreprocessing])(
  'VGG-19 with $name preprocessing',
  (preprocessing) => {
    const expected = preprocessing.name === 'keras' ? reference.keras : reference.torchvision;

    it('has the features of the float64 reference in every layer, borders included', () => {
      const vgg = new TfjsBackbone(referenceWeights(preprocessing), { layers: allLayers });
      const features = vgg.tensorFeatures(referenceImage(0));
      expect(features.length).toBe(8);
      features.forEach((feature, l) => {
        const { shape, values } = expected.features[vgg.layers[l] ?? ''] ?? { shape: [], values: [] };
        expect(feature.shape).toEqual(shape);
        const found = feature.dataSync().filter((_, i) => i % 97 === 0);
        expect(relativeError(found, values)).toBeLessThan(1e-5);
      });
      vgg.dispose();
    });
  },
);

describe('TfjsBackbone of VGG-19', () => {
  it.skipIf(data === undefined)(
    'matches the reference activations of the ImageNet weights (skipped without UTAD_TEST_DATA)',
    async () => {
      const folder = join(data ?? '', 'vgg19-imagenet-tfjs');
      const schema = z.record(
        z.string(),
        z.object({
          shape: z.array(z.number()),
          mean: z.number(),
          max: z.number(),
          first16ChannelsAtCentre: z.array(z.number()),
        }),
      );
      const json: unknown = JSON.parse(readFileSync(join(folder, 'reference-activations.json'), 'utf8'));
      const { activations } = z.object({ activations: schema }).parse(json);
      const pixels = Float32Array.from({ length: 16 * 16 * 3 }, (_, i) => {
        const [y, x, c] = [Math.floor(i / 48), Math.floor(i / 3) % 16, i % 3];
        return ([16 * x + 3 * y, 5 * x + 16 * y, 7 * x * y][c] ?? 0) % 256;
      });
      const names = Object.keys(activations);
      const vgg = new TfjsBackbone(await readWeights(vgg19, folder), { layers: names });
      const features = vgg.tensorFeatures(tf.div(tf.tensor4d(pixels, [1, 16, 16, 3]), 255));
      names.forEach((name, l) => {
        const { shape, mean, max, first16ChannelsAtCentre } = activations[name] ?? expect.unreachable(name);
        const feature = features[l] ?? expect.unreachable(name);
        expect(feature.shape).toEqual(shape);
        const [, h = 0, w = 0] = shape;
        const centre = tf.slice(feature, [0, h / 2, w / 2, 0], [1, 1, 1, 16]).dataSync();
        const error = Math.max(
          ...first16ChannelsAtCentre.map((v, i) => Math.abs(v - (centre[i] ?? Number.NaN))),
        );
        expect(error / max).toBeLessThan(1e-4);
        expect(Math.abs(tf.max(feature).dataSync()[0] ?? Number.NaN) / max).toBeCloseTo(1, 4);
        expect((tf.mean(feature).dataSync()[0] ?? Number.NaN) / mean).toBeCloseTo(1, 4);
      });
      vgg.dispose();
    },
  );

  it("returns features in the order asked for, by either of a layer's names", () => {
    const weights = randomWeights(vgg19, 1);
    const x = referenceImage(0);
    const both = new TfjsBackbone(weights, { layers: ['block2_conv1', 'conv1_1'] });
    const one = new TfjsBackbone(weights, { layers: ['conv1_1'] });
    expect(both.layers).toEqual(['conv2_1', 'conv1_1']);
    const [deep, shallow] = both.tensorFeatures(x);
    const [alone] = one.tensorFeatures(x);
    expect(deep?.shape).toEqual([2, 6, 4, 128]);
    expect(shallow?.dataSync()).toEqual(alone?.dataSync());
    both.dispose();
    one.dispose();
  });

  it('rounds sizes down where pooling does not divide', () => {
    const vgg = new TfjsBackbone(randomWeights(vgg19, 0));
    expect(vgg.tensorFeatures(tf.zeros([1, 11, 7, 3])).map((f) => f.shape)).toEqual([
      [1, 11, 7, 64],
      [1, 5, 3, 128],
      [1, 2, 1, 256],
    ]);
    vgg.dispose();
  });

  it('leaves the caller one tensor a layer, and nothing after dispose', () => {
    const weights = randomWeights(vgg19, 0);
    const x = referenceImage(0);
    const before = tf.memory().numTensors;
    const made: TfjsBackbone[] = [];
    tf.tidy(() => {
      made.push(new TfjsBackbone(weights, { layers: ['conv1_1', 'conv2_1'] }));
    });
    const [vgg = expect.unreachable()] = made;
    expect(tf.memory().numTensors).toBe(before + 6);
    const features = vgg.tensorFeatures(x);
    expect(tf.memory().numTensors).toBe(before + 6 + 2);
    tf.dispose(features);
    vgg.dispose();
    vgg.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(x.isDisposed).toBe(false);
  });

  it('has no variables that an optimiser would train', () => {
    tf.tidy(() => {
      const vgg = new TfjsBackbone(randomWeights(vgg19, 0), { layers: ['conv1_1'] });
      const x = tf.variable(referenceImage(0));
      const { grads } = tf.variableGrads(() => tf.addN(vgg.tensorFeatures(x.as4D(2, 12, 8, 3))).sum());
      expect(Object.keys(grads)).toEqual([x.name]);
      vgg.dispose();
      x.dispose();
    });
  });

  it('says what made its results', () => {
    const vgg = new TfjsBackbone(randomWeights(vgg19, 7), { layers: ['conv1_1'] });
    expect(vgg.weights).toMatchObject({ name: 'random (seed 7)', seed: 7 });
    vgg.dispose();
  });

  it('refuses layers it does not have, none, and one twice', () => {
    const weights = randomWeights(vgg19, 0);
    expect(() => new TfjsBackbone(weights, { layers: ['conv5_5'] })).toThrow(
      'VGG-19: expected layers of conv1_1, conv1_2, conv2_1, conv2_2, conv3_1, conv3_2, conv3_3, conv3_4, conv4_1, conv4_2, conv4_3, conv4_4, conv5_1, conv5_2, conv5_3, conv5_4, received "conv5_5"',
    );
    expect(() => new TfjsBackbone(weights, { layers: [] })).toThrow(RangeError);
    expect(() => new TfjsBackbone(weights, { layers: ['conv1_2', 'block1_conv2'] })).toThrow(RangeError);
  });

  it('refuses weights that lack a tensor or have one of another shape, and leaves no tensor behind', () => {
    const weights = randomWeights(vgg19, 0);
    const { 'conv1_2/bias': _, ...rest } = weights.tensors;
    const before = tf.memory().numTensors;
    expect(() => new TfjsBackbone({ ...weights, tensors: rest })).toThrow(WeightsError);
    const short = { ...weights.tensors, 'conv1_1/bias': { shape: [64], data: new Float32Array(63) } };
    expect(() => new TfjsBackbone({ ...weights, tensors: short })).toThrow(
      'VGG-19 weights: expected conv1_1/bias of shape [64], received 63 values of shape [64]',
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses images of another layout and use after dispose', () => {
    const vgg = new TfjsBackbone(randomWeights(vgg19, 0));
    expect(() => vgg.tensorFeatures(tf.zeros([1, 3, 16, 16]))).toThrow(
      'VGG-19: expected images [B, >=4, >=4, 3], received [1,3,16,16]',
    );
    expect(() => vgg.tensorFeatures(tf.zeros([1, 3, 16, 3]))).toThrow(RangeError);
    expect(() => vgg.tensorFeatures(tf.zeros([1, 1, 1, 3]))).toThrow(
      'VGG-19: expected images [B, >=4, >=4, 3], received [1,1,1,3]',
    );
    vgg.dispose();
    expect(() => vgg.tensorFeatures(tf.zeros([1, 16, 16, 3]))).toThrow('received a disposed one');
  });
});

describe('VGG-19 behind conv3_4', () => {
  it('is read, hashed and run to any layer, the shallower tensors the same', async () => {
    const weights = randomWeights(vgg19, 0, ['conv4_1']);
    const { sha256, tensors } = randomWeights(vgg19, 0);
    expect(weights.sha256).not.toBe(sha256);
    for (const [name, { data }] of Object.entries(tensors)) expect(weights.tensors[name]?.data).toEqual(data);
    const file = inMemory(encodeWeights(weights));
    expect((await weightsFromSafetensors(vgg19, file)).sha256).toBe(sha256);
    const deep = await weightsFromSafetensors(vgg19, file, { layers: ['conv4_1'] });
    expect(deep.sha256).toBe(weights.sha256);
    const vgg = new TfjsBackbone(deep, { layers: ['conv4_1', 'conv3_4'] });
    const features = vgg.tensorFeatures(tf.zeros([1, 17, 16, 3]));
    expect(features.map(({ shape }) => shape)).toEqual([
      [1, 2, 2, 512],
      [1, 4, 4, 256],
    ]);
    expect(() => vgg.tensorFeatures(tf.zeros([1, 7, 16, 3]))).toThrow('expected images [B, >=8, >=8, 3]');
    tf.dispose(features);
    vgg.dispose();
    expect(Object.keys(featureScale(deep))).toHaveLength(9);
  });

  it('has the sixteen convolutions of the paper, 20,024,384 parameters', () => {
    const parameters = vgg19.steps.map((step) =>
      step.op === 'conv' ? step.filters * (step.kernel ** 2 * step.inputs + 1) : 0,
    );
    expect(vgg19.layers).toHaveLength(16);
    expect(parameters.reduce((sum, count) => sum + count, 0)).toBe(20_024_384);
  });
});
