import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as tf from '@tensorflow/tfjs';
import { memoryStore } from '@utad/core';
import {
  BundleError,
  disposePrediction,
  encodeManifest,
  imagesFrom,
  MANIFEST_FILE,
  saveBundle,
} from '@utad/detector';
import { randomVgg19Weights, type Vgg19Weights } from '@utad/perceptual';
import { load, TwoStage } from '@utad/two-stage';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { tiny, vgg19 } from './tiny';

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

const thresholds = { image: 1, pixel: 0.5, images: 3 };

/** The files of a bundle of a new detector with these weights. */
async function bundleOf(weights: Vgg19Weights): Promise<Map<string, Uint8Array>> {
  const detector = new TwoStage(tiny, { vgg19: weights, seed: 3 });
  const store = memoryStore();
  const training = { dataset: 'random', category: null, images: 4, fingerprint: 'f', seed: 0 };
  await saveBundle(store, detector, { thresholds, training, versions: {} });
  detector.dispose();
  const files = new Map<string, Uint8Array>();
  for (const name of await store.list()) files.set(name, await store.read(name));
  return files;
}

async function storeOf(files: ReadonlyMap<string, Uint8Array>) {
  const store = memoryStore();
  await store.replace(files);
  return store;
}

/** As weights from a file are: no seed makes them again. */
const { seed: _, ...learnt } = { ...vgg19, name: 'learnt' };

let files: Map<string, Uint8Array>;
let server: Server;
let address: string;
beforeAll(async () => {
  files = await bundleOf(vgg19);
  server = createServer((request, response) => {
    const bytes = files.get(request.url?.slice(1) ?? '');
    response.writeHead(bytes ? 200 : 404).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});

it('opens a bundle behind a URL, which then predicts as the detector that was saved', async () => {
  const saved = new TwoStage(tiny, { vgg19, seed: 3 });
  const { detector, manifest } = await load(address);
  expect(manifest.thresholds).toEqual(thresholds);
  expect(detector.inputSize).toEqual([16, 16]);
  const picture = Uint8ClampedArray.from({ length: 20 * 30 * 4 }, (_, index) => (index * 37) % 256);
  const images = await imagesFrom({ data: picture, width: 30, height: 20 }, detector.inputSize);
  const [expected, found] = [saved.predict(images), detector.predict(images)];
  expect(found.anomalyMap.dataSync()).toEqual(expected.anomalyMap.dataSync());
  expect(found.score.dataSync()).toEqual(expected.score.dataSync());
  for (const prediction of [expected, found]) disposePrediction(prediction);
  for (const held of [saved, detector, images]) held.dispose();
});

it('takes a URL object, and a store', async () => {
  (await load(new URL(address))).detector.dispose();
  (await load(await storeOf(files))).detector.dispose();
});

it('makes random VGG-19 weights again from their seed', async () => {
  const { detector } = await load(await storeOf(files));
  expect(detector.assets.vgg19).toEqual({ name: 'random (seed 1)', sha256: vgg19.sha256, seed: 1 });
  detector.dispose();
});

it('takes the VGG-19 weights given, and asks for them by name where they are needed', async () => {
  const store = await storeOf(await bundleOf(learnt));
  (await load(store, { vgg19: learnt })).detector.dispose();
  const error: unknown = await load(store).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BundleError);
  expect(error).toMatchObject({
    check: 'asset',
    message: `bundle: expected the VGG-19 weights "learnt" (SHA-256 ${vgg19.sha256}) it was made with as the option vgg19, received none`,
  });
});

it('refuses other weights, unless they are allowed', async () => {
  const store = await storeOf(files);
  const other = { vgg19: randomVgg19Weights(2) };
  await expect(load(store, other)).rejects.toMatchObject({ name: 'BundleError', check: 'asset' });
  const { detector } = await load(store, { ...other, allowOtherWeights: true });
  expect(detector.assets.vgg19?.seed).toBe(2);
  detector.dispose();
});

it('refuses a bundle of another kind before it fetches weights', async () => {
  const manifest = JSON.parse(new TextDecoder().decode(files.get(MANIFEST_FILE)));
  const other = new Map(files).set(MANIFEST_FILE, encodeManifest({ ...manifest, kind: 'mean-image' }));
  await expect(load(await storeOf(other))).rejects.toMatchObject({
    check: 'kind',
    message: 'bundle: expected a detector of kind two-stage, found mean-image',
  });
});

it('says in one line that there is no bundle at the address', async () => {
  await expect(load(`${address}/elsewhere`)).rejects.toMatchObject({
    check: 'missing',
    message: `bundle: expected a file ${address}/elsewhere/utad.json, the server answered 404`,
  });
});
