import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { type FileStore, type ImageBatch, memoryStore } from '@utad/core';
import {
  type AnomalyDetector,
  type Asset,
  BundleError,
  type BundleErrorCode,
  encodeManifest,
  fitThresholds,
  MANIFEST_FILE,
  openBundle,
  predictWhole,
  saveBundle,
} from '@utad/detector';
import { vgg19 as backbone, randomWeights } from '@utad/features';
import { bundledVgg19Weights } from '@utad/features/node';
import { folderStore } from '@utad/files/node';
import { TwoStage, twoStageKind, twoStagePresets } from '@utad/two-stage';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { randomData } from '../../../scripts/testing/records';
import { relativeError } from '../../../scripts/testing/relative-error';
import { tiny, vgg19 } from './tiny';

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

const training = { dataset: 'random', category: null, images: 4, fingerprint: 'f', seed: 0 };
const kinds = [twoStageKind];
const assets = async () => vgg19;

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

const images: ImageBatch = {
  data: Uint8Array.from({ length: 2 * 16 * 16 * 3 }, (_, index) => (index * 37) % 256),
  shape: [2, 16, 16, 3],
};

const valuesOf = (detector: AnomalyDetector) =>
  predictWhole(detector, images, { resizeTo: [20, 20], parts: 'all', pictures: 'all', differences: 'all' });

it('fitted, saved and opened again, it predicts the same to the last bit', async () => {
  const detector = await trained();
  const thresholds = await fitThresholds(detector, randomData(3, { size: [16, 16], seed: 2 }));
  const store = memoryStore();
  await saveBundle(store, detector, { thresholds, training, versions: {} });
  const opened = await openBundle(store, kinds, { assets });
  expect(await valuesOf(opened.detector)).toEqual(await valuesOf(detector));
  expect(opened.detector.config).toEqual(tiny);
  expect(opened.manifest.thresholds).toEqual(thresholds);
  expect(opened.manifest.assets.vgg19).toEqual({ name: vgg19.name, sha256: vgg19.sha256, seed: 1 });
  opened.detector.dispose();
  detector.dispose();
});

it('asks for the VGG-19 weights that the bundle was made with', async () => {
  const asked: [string, Asset | undefined][] = [];
  const asking = async (name: string, wanted: Asset | undefined) => {
    asked.push([name, wanted]);
    return vgg19;
  };
  (await openBundle(await savedBundle(), kinds, { assets: asking })).detector.dispose();
  expect(asked).toEqual([['vgg19', { name: vgg19.name, sha256: vgg19.sha256, seed: 1 }]]);
});

it('refuses other VGG-19 weights, unless they are allowed', async () => {
  const store = await savedBundle();
  const other = { assets: async () => randomWeights(backbone, 2) };
  const error: unknown = await openBundle(store, kinds, other).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BundleError);
  expect(error).toMatchObject({
    code: 'asset',
    message: 'bundle: expected the vgg19 "random (seed 1)" it was made with, received "random (seed 2)"',
  });
  const { detector } = await openBundle(store, kinds, { ...other, allowOtherAssets: true });
  expect(detector.assets?.vgg19?.seed).toBe(2);
  detector.dispose();
});

it('says which weights it needs where none are given, and refuses what are none', async () => {
  const store = await savedBundle();
  await expect(openBundle(store, kinds)).rejects.toMatchObject({
    code: 'asset',
    message: `bundle: expected the vgg19 "random (seed 1)" (SHA-256 ${vgg19.sha256}) it was made with, received none`,
  });
  const { name, sha256 } = vgg19;
  await expect(openBundle(store, kinds, { assets: async () => ({ name, sha256 }) })).rejects.toThrow(
    'two-stage: expected weights of VGG-19 as the asset vgg19, received "random (seed 1)"',
  );
});

it.each<[string, BundleErrorCode, RegExp, (config: string) => string]>([
  [
    'a configuration that is not valid',
    'manifest',
    /^bundle: config.ieNet.latent: /,
    (text) => text.replace('"latent": 3', '"latent": -3'),
  ],
  [
    'one of networks of other shapes',
    'state',
    /^bundle: expected ie-net-encoder\/encoder_mlp3\/kernel of shape \[4,8\], found \[4,6\]$/,
    (text) => text.replace('"latent": 3', '"latent": 4'),
  ],
])('refuses a bundle with %s', async (_, code, message, change) => {
  const store = await savedBundle();
  const files = new Map<string, Uint8Array>();
  for (const name of await store.list()) files.set(name, await store.read(name));
  const text = new TextDecoder().decode(files.get(MANIFEST_FILE));
  expect(change(text)).not.toBe(text);
  await store.replace(files.set(MANIFEST_FILE, encodeManifest(JSON.parse(change(text)))));
  const error: unknown = await openBundle(store, kinds, { assets }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BundleError);
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
});

it('makes new detectors from a configuration and a seed', async () => {
  const { presets, create } = twoStageKind;
  expect(presets).toBe(twoStagePresets);
  const made = await create(tiny, { seed: 3, assets: { vgg19 } });
  const same = new TwoStage(tiny, { vgg19, seed: 3 });
  expect(await valuesOf(made)).toEqual(await valuesOf(same));
  made.dispose();
  same.dispose();
});

it('opens bundles of format 1, which give the numbers that they gave when they were written', async () => {
  const fixture = new URL('fixtures/format-1/', import.meta.url);
  const expected = JSON.parse(await readFile(new URL('expected.json', fixture), 'utf8'));
  const store = folderStore(fileURLToPath(new URL('bundle', fixture)));
  const { detector, manifest } = await openBundle(store, kinds, { assets: bundledVgg19Weights });
  expect(manifest).toMatchObject({ format: 1, kind: 'two-stage', score: { reduction: 'max' } });
  const pixels = Uint8Array.from({ length: 2 * 32 * 32 * 3 }, (_, index) => (index * 37) % 256);
  const pattern: ImageBatch = { data: pixels, shape: [2, 32, 32, 3] };
  const { scores, maps, reductions, contributions } = await predictWhole(detector, pattern);
  const near = (found: ArrayLike<number>, wanted: number[]) =>
    expect(relativeError(found, wanted)).toBeLessThan(1e-4);
  near(scores, expected.scores);
  near(reductions.mean, expected.mapMeans);
  near(maps.subarray(0, 32), expected.firstRow);
  for (const [name, mean] of Object.entries(contributions)) near(mean, expected.contributions[name]);
  near((await detector.embed?.(pattern))?.data ?? [], expected.code);
  const copy = memoryStore();
  await saveBundle(copy, detector, { thresholds: manifest.thresholds, training, versions: {} });
  const again = await openBundle(copy, kinds, { assets: bundledVgg19Weights });
  expect(await again.detector.predict(pattern)).toEqual(await detector.predict(pattern));
  for (const opened of [detector, again.detector]) opened.dispose();
});
