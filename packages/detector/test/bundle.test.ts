import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { type FileStore, memoryStore } from '@utad/core';
import {
  type BundleDetails,
  BundleError,
  type BundleErrorCode,
  type BundleManifest,
  type DetectorKind,
  encodeManifest,
  MANIFEST_FILE,
  openBundle,
  readBundle,
  readManifest,
  saveBundle,
} from '@utad/detector';
import { decodeSafetensors } from '@utad/files';
import { folderStore } from '@utad/files/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeDetector, fakeKind } from './fake-detector';

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

const details: BundleDetails = {
  thresholds: { image: 1.5, pixel: 0.1 + 0.2, images: 21 },
  training: { dataset: 'synthetic', category: null, images: 190, fingerprint: 'f00d', seed: 7 },
  versions: { '@utad/detector': '0.0.0' },
};

const weightsOf = (detector: FakeDetector) =>
  detector.network.weights.map((weight) => weight.read().dataSync());

async function savedIn(store: FileStore): Promise<FakeDetector> {
  const detector = new FakeDetector({ inputSize: [4, 4], seed: 5 });
  await saveBundle(store, detector, details);
  return detector;
}

async function filesOf(store: FileStore): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const name of await store.list()) files.set(name, await store.read(name));
  return files;
}

describe.each(['memory', 'folder'])('a bundle in a %s', (kind) => {
  let root: string;
  let store: FileStore;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'utad-bundle-'));
    store = kind === 'memory' ? memoryStore() : folderStore(join(root, 'bundle'));
  });
  afterEach(() => rm(root, { recursive: true }));

  it('keeps what is done to images before, where anything is', async () => {
    const detector = await savedIn(store);
    expect(await readManifest(store)).not.toHaveProperty('preprocessing');
    await saveBundle(store, detector, { ...details, preprocessing: { whiteLevel: 4095 } });
    expect((await readManifest(store)).preprocessing).toEqual({ whiteLevel: 4095 });
    for (const whiteLevel of [0, 70_000, 4095.5]) {
      await saveBundle(store, detector, { ...details, preprocessing: { whiteLevel } });
      await expect(readManifest(store)).rejects.toThrow(/preprocessing.whiteLevel/);
    }
    detector.dispose();
  });

  it('comes back as the same detector, bit for bit, in networks that started otherwise', async () => {
    const saved = await savedIn(store);
    const { detector, manifest } = await openBundle(store, [fakeKind({ inputSize: [4, 4], seed: 6 })]);
    if (!(detector instanceof FakeDetector)) throw new Error('expected a fake detector');
    expect(weightsOf(detector)).toEqual(weightsOf(saved));
    expect(weightsOf(detector)).toHaveLength(6);
    expect(manifest).toEqual({
      format: 2,
      kind: 'fake',
      config: { inputSize: [4, 4], reduction: 'max', filters: 2 },
      inputSize: [4, 4],
      score: { reduction: 'max' },
      ...details,
      assets: { vgg19: { name: 'a feather', sha256: 'ab'.repeat(32), seed: 4 } },
      networks: [],
      state: 'state.safetensors',
      files: expect.any(Object),
    });
    detector.dispose();
    saved.dispose();
  });

  it('has a manifest with the size and the SHA-256 of every other file', async () => {
    (await savedIn(store)).dispose();
    const files = await filesOf(store);
    const { manifest } = await readBundle(store);
    files.delete(MANIFEST_FILE);
    const expected = [...files].map(([name, bytes]) => [
      name,
      { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length },
    ]);
    expect(manifest.files).toEqual(Object.fromEntries(expected));
    expect(Object.keys(manifest.files).sort()).toEqual(['state.safetensors']);
  });

  it('has a manifest that can be read without its state, which is not looked at', async () => {
    (await savedIn(store)).dispose();
    const { manifest } = await readBundle(store);
    const files = await filesOf(store);
    files.set('state.safetensors', Uint8Array.of(1));
    await store.replace(files);
    expect(await readManifest(store)).toEqual(manifest);
    await expect(readBundle(store)).rejects.toThrow('expected state.safetensors of');
    files.delete(MANIFEST_FILE);
    await store.replace(files);
    await expect(readManifest(store)).rejects.toThrow('bundle: expected a file utad.json, found 1 others');
  });

  it('is a safetensors file that others can read', async () => {
    const saved = await savedIn(store);
    const { tensors } = decodeSafetensors(await store.read('state.safetensors'));
    expect([...tensors.keys()].slice(0, 2)).toEqual(['net/fake_conv/kernel', 'net/fake_conv/bias']);
    expect([...tensors.values()].map(({ data }) => data)).toEqual(weightsOf(saved));
    saved.dispose();
  });

  it('replaces what was there', async () => {
    await store.replace(new Map([['old', Uint8Array.of(1)]]));
    (await savedIn(store)).dispose();
    expect((await store.list()).sort()).toEqual(['state.safetensors', MANIFEST_FILE]);
  });
});

type Change = (files: Map<string, Uint8Array>, manifest: BundleManifest) => unknown;

/** A bundle with a file or its manifest changed; what the change returns is written as the manifest. */
async function changed(change: Change): Promise<FileStore> {
  const store = memoryStore();
  (await savedIn(store)).dispose();
  const files = await filesOf(store);
  const { manifest } = await readBundle(store);
  const next = change(files, structuredClone(manifest)) ?? manifest;
  const bytes =
    typeof next === 'string' ? new TextEncoder().encode(next) : encodeManifest(next as BundleManifest);
  if (files.has(MANIFEST_FILE)) files.set(MANIFEST_FILE, bytes);
  await store.replace(files);
  return store;
}

/** Puts a file in place of another, in the manifest too, as someone would who knows the format. */
function forge(
  files: Map<string, Uint8Array>,
  manifest: BundleManifest,
  name: string,
  bytes: Uint8Array,
): BundleManifest {
  files.set(name, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ...manifest, files: { ...manifest.files, [name]: { sha256, bytes: bytes.length } } };
}

async function errorOf(
  store: FileStore,
  kinds: DetectorKind[] = [fakeKind({ inputSize: [4, 4] })],
): Promise<unknown> {
  return openBundle(store, kinds).catch((error: unknown) => error);
}

const weights = 'state.safetensors';

it.each<[string, BundleErrorCode, RegExp, Change]>([
  [
    'a changed byte',
    'hash',
    /^bundle: expected state.safetensors with SHA-256 [0-9a-f]{64}, found [0-9a-f]{64}: it was changed$/,
    (files) => {
      const bytes = files.get(weights)?.slice() ?? new Uint8Array();
      bytes[9] = (bytes[9] ?? 0) ^ 1;
      files.set(weights, bytes);
    },
  ],
  [
    'a changed byte of the manifest',
    'hash',
    /^bundle: expected utad.json with SHA-256 [0-9a-f]{64}, found [0-9a-f]{64}: it was changed$/,
    (_, manifest) =>
      new TextDecoder().decode(encodeManifest(manifest)).replace('"images": 21', '"images": 22'),
  ],
  [
    'a file cut short',
    'size',
    /expected state.safetensors of \d+ bytes, found \d+$/,
    (files) => void files.set(weights, files.get(weights)?.slice(0, -1) ?? new Uint8Array()),
  ],
  [
    'a missing file',
    'missing',
    /expected a file state.safetensors, found none/,
    (files) => void files.delete(weights),
  ],
  [
    'no manifest',
    'missing',
    /expected a file utad.json, found 1 others/,
    (files) => void files.delete(MANIFEST_FILE),
  ],
  ['a manifest that is no JSON', 'manifest', /expected JSON in utad.json/, () => '{'],
  [
    'another version',
    'version',
    /expected format 1 or 2, found 3$/,
    (_, manifest) => ({ ...manifest, format: 3 }),
  ],
  ['a manifest without a version', 'version', /expected format 1 or 2, found undefined$/, () => ({})],
  [
    'a manifest that lacks something',
    'manifest',
    /utad.json: thresholds.pixel: /,
    (_, { thresholds, ...manifest }) => ({
      ...manifest,
      thresholds: { image: 1, images: thresholds.images },
    }),
  ],
  [
    'a manifest with more than it should have',
    'manifest',
    /utad.json: .*code/,
    (_, manifest) => ({ ...manifest, code: 1 }),
  ],
  [
    'a file of more bytes than any network has',
    'size',
    /expected state.safetensors of at most 2147483648 bytes, its manifest says 1000000000000$/,
    (_, manifest) => {
      const files = { ...manifest.files, [weights]: { sha256: '0'.repeat(64), bytes: 1e12 } };
      return { ...manifest, files };
    },
  ],
  [
    'another kind',
    'kind',
    /expected a detector of kind fake, found other$/,
    (_, manifest) => ({ ...manifest, kind: 'other' }),
  ],
  [
    'a state that is no safetensors file',
    'state',
    /^bundle: state.safetensors: expected a safetensors file of more than 8 bytes, received 3$/,
    (files, manifest) => forge(files, manifest, weights, Uint8Array.of(1, 2, 3)),
  ],
  [
    'a state that is not there',
    'state',
    /expected a file state.safetensors, found none/,
    (_, manifest) => ({ ...manifest, files: {} }),
  ],
])('refuses %s', async (_, code, message, change) => {
  const error = await errorOf(await changed(change));
  expect(error).toBeInstanceOf(BundleError);
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
});

it.each([
  '../weights.bin',
  'net/../../weights.bin',
  '/etc/passwd',
  'C:/x',
  'net\\..\\x',
  './x',
  'net//x',
  'net/.',
  '',
])('refuses a manifest that lists %j, a path that could leave the folder', async (path) => {
  const store = await changed((_, manifest) => ({
    ...manifest,
    files: { ...manifest.files, [path]: { sha256: '0'.repeat(64), bytes: 1 } },
  }));
  expect(await errorOf(store)).toMatchObject({ name: 'BundleError', code: 'manifest' });
  const networks = await changed((_, manifest) => ({ ...manifest, networks: [path] }));
  expect(await errorOf(networks)).toMatchObject({ name: 'BundleError', code: 'manifest' });
});

it('refuses a state of another shape, by the tensor’s name', async () => {
  const store = await changed(() => undefined);
  const error = await errorOf(store, [fakeKind({ inputSize: [4, 4], filters: 3 })]);
  expect(error).toMatchObject({
    code: 'state',
    message: 'bundle: expected net/fake_conv/kernel of shape [3,3,3,3], found [3,3,3,2]',
  });
});

it('opens with the kind that the bundle names, of several', async () => {
  const other = { ...fakeKind(), kind: 'other', restore: () => Promise.reject(new Error('not this one')) };
  const store = await changed(() => undefined);
  const { detector } = await openBundle(store, [other, fakeKind({ inputSize: [4, 4] })]);
  expect(detector.kind).toBe('fake');
  detector.dispose();
});

it('never reads a file that the manifest does not list', async () => {
  const store = await changed((files) => void files.set('net/extra.js', Uint8Array.of(1)));
  const read: string[] = [];
  const watched: FileStore = {
    ...store,
    read: (name) => {
      read.push(name);
      return store.read(name);
    },
  };
  await readBundle(watched);
  expect(read).toEqual([MANIFEST_FILE, weights]);
});
