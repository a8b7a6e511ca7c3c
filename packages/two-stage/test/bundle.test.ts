import * as tf from '@tensorflow/tfjs';
import { type FileStore, memoryStore } from '@utad/core';
import {
  type AnomalyDetector,
  type Asset,
  BundleError,
  disposePrediction,
  encodeManifest,
  fitThresholds,
  MANIFEST_FILE,
  openBundle,
  saveBundle,
} from '@utad/detector';
import { randomVgg19Weights } from '@utad/perceptual';
import { TwoStage, twoStageKind, twoStagePresets } from '@utad/two-stage';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { randomData } from '../../../scripts/testing/records';
import { tiny, vgg19 } from './tiny';

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

const training = { dataset: 'random', category: null, images: 4, fingerprint: 'f', seed: 0 };
const kind = (options = {}) => twoStageKind({ vgg19: async () => vgg19, ...options });

async function trained(): Promise<TwoStage> {
  const detector = new TwoStage(tiny, { vgg19, seed: 3 });
  await detector.fit(randomData(4, { size: [16, 16] }));
  return detector;
}

async function savedBundle(): Promise<FileStore> {
  const detector = new TwoStage(tiny, { vgg19 });
  const store = memoryStore();
  await saveBundle(store, detector, {
    thresholds: { image: 1, pixel: 1, images: 1 },
    training,
    versions: {},
  });
  detector.dispose();
  return store;
}

function valuesOf(detector: AnomalyDetector): Record<string, unknown> {
  const images = tf.randomUniform<tf.Rank.R4>([2, 16, 16, 3], 0, 1, 'float32', 8);
  const prediction = detector.predict(images);
  const { anomalyMap, score, intermediates, contributions } = prediction;
  const values = Object.entries({ anomalyMap, score, ...intermediates, ...contributions }).map(
    ([name, tensor]): [string, unknown] => [name, [...tensor.dataSync()]],
  );
  disposePrediction(prediction);
  images.dispose();
  return Object.fromEntries(values);
}

it('fitted, saved and opened again, it predicts the same to the last bit', async () => {
  const detector = await trained();
  const thresholds = await fitThresholds(detector, randomData(3, { size: [16, 16], seed: 2 }));
  const store = memoryStore();
  await saveBundle(store, detector, { thresholds, training, versions: {} });
  const opened = await openBundle(store, [kind()]);
  expect(valuesOf(opened.detector)).toEqual(valuesOf(detector));
  expect(opened.detector.config).toEqual(tiny);
  expect(opened.manifest.thresholds).toEqual(thresholds);
  expect(opened.manifest.assets.vgg19).toEqual({ name: vgg19.name, sha256: vgg19.sha256, seed: 1 });
  opened.detector.dispose();
  detector.dispose();
});

it('asks for the VGG-19 weights that the bundle was made with', async () => {
  const asked: (Asset | undefined)[] = [];
  const asking = kind({
    vgg19: async (wanted?: Asset) => {
      asked.push(wanted);
      return vgg19;
    },
  });
  (await openBundle(await savedBundle(), [asking])).detector.dispose();
  expect(asked).toEqual([{ name: vgg19.name, sha256: vgg19.sha256, seed: 1 }]);
});

it('refuses other VGG-19 weights, unless they are allowed', async () => {
  const store = await savedBundle();
  const other = { vgg19: async () => randomVgg19Weights(2) };
  const error: unknown = await openBundle(store, [kind(other)]).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BundleError);
  expect(error).toMatchObject({
    check: 'asset',
    message:
      'bundle: expected the VGG-19 weights "random (seed 1)" it was made with, received "random (seed 2)"',
  });
  const { detector } = await openBundle(store, [kind({ ...other, allowOtherWeights: true })]);
  expect(detector.assets?.vgg19?.seed).toBe(2);
  detector.dispose();
});

it.each<[string, BundleError['check'], RegExp, (config: string) => string]>([
  [
    'a configuration that is not valid',
    'manifest',
    /^bundle: config.ieNet.latent: /,
    (text) => text.replace('"latent": 3', '"latent": -3'),
  ],
  [
    'one of networks of other shapes',
    'network',
    /^bundle: expected ie-net-encoder\/encoder_mlp3\/kernel of shape \[4,8\], found \[4,6\]$/,
    (text) => text.replace('"latent": 3', '"latent": 4'),
  ],
])('refuses a bundle with %s', async (_, check, message, change) => {
  const store = await savedBundle();
  const files = new Map<string, Uint8Array>();
  for (const name of await store.list()) files.set(name, await store.read(name));
  const text = new TextDecoder().decode(files.get(MANIFEST_FILE));
  expect(change(text)).not.toBe(text);
  await store.replace(files.set(MANIFEST_FILE, encodeManifest(JSON.parse(change(text)))));
  const error: unknown = await openBundle(store, [kind()]).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BundleError);
  expect(error).toMatchObject({ check, message: expect.stringMatching(message) });
});

it('makes new detectors from a configuration and a seed', async () => {
  const { presets, create } = kind();
  expect(presets).toBe(twoStagePresets);
  const made = await create(tiny, { seed: 3 });
  const same = new TwoStage(tiny, { vgg19, seed: 3 });
  expect(valuesOf(made)).toEqual(valuesOf(same));
  made.dispose();
  same.dispose();
});
