import { memoryStore } from '@utad/core';
import { BundleError, bundleStore, MANIFEST_FILE, openBundle, readBundle, saveBundle } from '@utad/detector';
import { beforeAll, describe, expect, it } from 'vitest';
import { FakeDetector, fakeKind } from './fake-detector';

let files: Map<string, Uint8Array>;
beforeAll(async () => {
  const store = memoryStore();
  const detector = new FakeDetector({ inputSize: [4, 4], seed: 5 });
  await saveBundle(store, detector, {
    thresholds: { image: 1.5, pixel: 0.3, images: 21 },
    training: { dataset: 'synthetic', category: null, images: 190, fingerprint: 'f00d', seed: 7 },
    versions: {},
  });
  detector.dispose();
  files = new Map();
  for (const name of await store.list()) files.set(name, await store.read(name));
});

const folder = 'https://example.org/bundle';

/** The bundle that a server has at `folder`, and what it was asked for. */
function bundleAt(url: string, served: ReadonlyMap<string, Uint8Array>) {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = async (input) => {
    const { pathname } = new URL(String(input));
    asked.push(pathname);
    const bytes = served.get(pathname.replace('/bundle/', ''));
    return bytes ? new Response(new Uint8Array(bytes)) : new Response(null, { status: 404 });
  };
  return { store: bundleStore(url, { fetch }), asked };
}

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a bundle behind a URL', () => {
  it('opens, and each file is asked for', async () => {
    const { store, asked } = bundleAt(folder, files);
    const { detector, manifest } = await openBundle(store, [fakeKind({ inputSize: [4, 4] })]);
    expect(manifest.thresholds).toEqual({ image: 1.5, pixel: 0.3, images: 21 });
    detector.dispose();
    expect(new Set(asked)).toEqual(new Set([...files.keys()].map((name) => `/bundle/${name}`)));
  });

  it('lists what its manifest says, and reads it', async () => {
    const { store } = bundleAt(folder, files);
    expect(await store.list()).toEqual([MANIFEST_FILE, 'state.safetensors']);
    expect(await store.read('state.safetensors')).toEqual(files.get('state.safetensors'));
  });
});

describe('a server that fails', () => {
  it('has no such bundle: `missing`, with the address, but without its token', async () => {
    const error = await failure(readBundle(bundleAt(`${folder}/?token=secret`, new Map()).store));
    expect(error).toBeInstanceOf(BundleError);
    expect(error).toMatchObject({
      code: 'missing',
      message: `bundle: expected a file ${folder}/utad.json, the server answered 404`,
    });
  });

  it('answers with a page of its own: no manifest', async () => {
    const page = new Map([[MANIFEST_FILE, new TextEncoder().encode('<!doctype html>')]]);
    expect(await failure(readBundle(bundleAt(folder, page).store))).toMatchObject({
      name: 'BundleError',
      code: 'manifest',
    });
  });

  it('sends a file that is shorter than the manifest says', async () => {
    const cut = new Map(files).set('state.safetensors', new Uint8Array(12));
    const error = await failure(readBundle(bundleAt(folder, cut).store));
    expect(error).toMatchObject({ name: 'BundleError', code: 'size' });
  });
});
