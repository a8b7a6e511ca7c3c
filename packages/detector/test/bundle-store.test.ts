import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { memoryStore } from '@utad/core';
import { BundleError, bundleStore, MANIFEST_FILE, openBundle, readBundle, saveBundle } from '@utad/detector';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
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

let server: Server | undefined;
let requests: { url: string; range: string | undefined }[];
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

/** Starts a server and gives its address. */
async function serve(listener: RequestListener): Promise<string> {
  requests = [];
  const listening = createServer((request, response) => {
    requests.push({ url: request.url ?? '', range: request.headers.range });
    listener(request, response);
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

/** Files below `/bundle/`, by what is left of the path. */
const bundleServer =
  (served: ReadonlyMap<string, Uint8Array>, { ranges = true } = {}): RequestListener =>
  (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    const bytes = served.get(decodeURIComponent(pathname).replace('/bundle/', ''));
    if (bytes === undefined) {
      response.writeHead(404).end();
      return;
    }
    const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    if (!ranges || start === undefined) {
      response.writeHead(200).end(bytes);
      return;
    }
    if (Number(start) >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
      return;
    }
    const part = bytes.subarray(Number(start), Number(end) + 1);
    const range = `bytes ${start}-${Number(start) + part.length - 1}/${bytes.length}`;
    response.writeHead(206, { 'content-range': range }).end(part);
  };

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a bundle behind a URL', () => {
  it.each(['/bundle', '/bundle/', '/bundle/utad.json', '/bundle/#top'])(
    'opens from the address %s',
    async (path) => {
      const origin = await serve(bundleServer(files));
      const { detector, manifest } = await openBundle(bundleStore(origin + path), [
        fakeKind({ inputSize: [4, 4] }),
      ]);
      expect(manifest.thresholds).toEqual({ image: 1.5, pixel: 0.3, images: 21 });
      detector.dispose();
      expect(new Set(requests.map(({ url }) => url))).toEqual(
        new Set([...files.keys()].map((name) => `/bundle/${name}`)),
      );
    },
  );

  it('keeps a query, such as a token, for every file, and out of messages', async () => {
    const origin = await serve(bundleServer(files));
    const store = bundleStore(`${origin}/bundle/?token=secret`);
    await readBundle(store);
    expect(requests.every(({ url }) => url.endsWith('?token=secret'))).toBe(true);
    expect(String(await failure(store.read('none.bin')))).not.toContain('secret');
  });

  it('lists what its manifest says, and reads it', async () => {
    const store = bundleStore(`${await serve(bundleServer(files))}/bundle`);
    expect(await store.list()).toEqual([MANIFEST_FILE, 'state.safetensors']);
    expect(await store.read('state.safetensors')).toEqual(files.get('state.safetensors'));
  });
});

describe('a server that fails', () => {
  it('has no such bundle: `missing`, with the address', async () => {
    const origin = await serve(bundleServer(new Map()));
    const error = await failure(readBundle(bundleStore(`${origin}/bundle`)));
    expect(error).toBeInstanceOf(BundleError);
    expect(error).toMatchObject({
      code: 'missing',
      message: `bundle: expected a file ${origin}/bundle/utad.json, the server answered 404`,
    });
  });

  it('answers every path with a page of its own: no manifest', async () => {
    const origin = await serve((_, response) => void response.end('<!doctype html>'));
    expect(await failure(readBundle(bundleStore(origin)))).toMatchObject({
      name: 'BundleError',
      code: 'manifest',
    });
  });

  it('sends a file that is shorter than the manifest says', async () => {
    const cut = new Map(files).set('state.safetensors', new Uint8Array(12));
    const error = await failure(readBundle(bundleStore(`${await serve(bundleServer(cut))}/bundle`)));
    expect(error).toMatchObject({ name: 'BundleError', code: 'size' });
  });
});
