import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FileStore, memoryStore } from '@utad/core';
import {
  BundleError,
  encodeManifest,
  HttpStoreError,
  httpStore,
  MANIFEST_FILE,
  openBundle,
  readBundle,
  saveBundle,
} from '@utad/detector';
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
      const { detector, manifest } = await openBundle(httpStore(origin + path), [
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
    const store = httpStore(`${origin}/bundle/?token=secret`);
    await readBundle(store);
    expect(requests.every(({ url }) => url.endsWith('?token=secret'))).toBe(true);
    expect(String(await failure(store.read('none.bin')))).not.toContain('secret');
  });

  it('lists what its manifest says, and reads it', async () => {
    const store = httpStore(`${await serve(bundleServer(files))}/bundle`);
    expect(await store.list()).toEqual([MANIFEST_FILE, 'net/model.json', 'net/weights.bin']);
    expect(await store.read('net/weights.bin')).toEqual(files.get('net/weights.bin'));
  });

  it.each([true, false])('reads parts of files, whether the server knows ranges: %s', async (ranges) => {
    const store = httpStore(`${await serve(bundleServer(files, { ranges }))}/bundle`);
    const weights = files.get('net/weights.bin') ?? new Uint8Array();
    const read = (offset: number, length: number) => store.read('net/weights.bin', { offset, length });
    expect(await read(0, 3)).toEqual(weights.slice(0, 3));
    expect(await read(5, 7)).toEqual(weights.slice(5, 12));
    expect(await read(weights.length - 2, 10)).toEqual(weights.slice(-2));
    expect(await read(weights.length, 10)).toEqual(new Uint8Array());
    expect(await read(weights.length + 9, 10)).toEqual(new Uint8Array());
    expect(requests.map(({ range }) => range)).toEqual([
      'bytes=0-2',
      'bytes=5-11',
      `bytes=${weights.length - 2}-${weights.length + 7}`,
      `bytes=${weights.length}-${weights.length + 9}`,
      `bytes=${weights.length + 9}-${weights.length + 18}`,
    ]);
    expect(await read(3, 0)).toEqual(new Uint8Array());
    expect(requests).toHaveLength(5);
  });

  it('is not fooled by a server that sends another part than asked for', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(206, { 'content-range': 'bytes 0-3/10' }).end('abcd');
    });
    const error = await failure(httpStore(origin).read('a.bin', { offset: 4, length: 4 }));
    expect(error).toBeInstanceOf(HttpStoreError);
    expect(String(error)).toBe(
      `HttpStoreError: expected bytes 4-7 of ${origin}/a.bin, received bytes 0-3/10`,
    );
  });

  it.each([-1, 0.5, 2 ** 60])('refuses the range at %d', async (offset) => {
    const store = httpStore('http://localhost');
    expect(await failure(store.read('a.bin', { offset, length: 4 }))).toBeInstanceOf(RangeError);
  });

  it('is never written', async () => {
    const store: FileStore = httpStore('https://example.org/bundle?key=1');
    expect(await failure(store.replace(files))).toMatchObject({
      name: 'HttpStoreError',
      problem: 'read-only',
      url: 'https://example.org/bundle/',
      message: 'expected a store that can be written, received https://example.org/bundle/',
    });
  });

  it.each(['../secret', '/etc/passwd', 'a/../../b', 'net//weights.bin', '..\\secret', '.', ''])(
    'refuses the name %j, which leads out of the folder',
    async (name) => {
      const store = httpStore(`${await serve(bundleServer(files))}/bundle`);
      expect(await failure(store.read(name))).toBeInstanceOf(RangeError);
      expect(requests).toEqual([]);
    },
  );

  it('asks for a name as it is written, whatever characters it has', async () => {
    const odd = new Map([['a?b#c%2e%2e', Uint8Array.of(7)]]);
    const store = httpStore(`${await serve(bundleServer(odd))}/bundle`);
    expect(await store.read('a?b#c%2e%2e')).toEqual(Uint8Array.of(7));
  });
});

describe('a server that fails', () => {
  it('has no such bundle: `missing`, with the address', async () => {
    const origin = await serve(bundleServer(new Map()));
    const error = await failure(readBundle(httpStore(`${origin}/bundle`)));
    expect(error).toBeInstanceOf(BundleError);
    expect(error).toMatchObject({
      check: 'missing',
      message: `bundle: expected a file ${origin}/bundle/utad.json, the server answered 404`,
    });
  });

  it.each([401, 403, 500, 503])('answers %i: one line with the address and the status', async (status) => {
    const origin = await serve((_, response) => {
      response.writeHead(status, 'Because').end('<html>a long page</html>');
    });
    expect(await failure(readBundle(httpStore(origin)))).toMatchObject({
      name: 'HttpStoreError',
      problem: 'status',
      status,
      url: `${origin}/utad.json`,
      message: `expected ${origin}/utad.json, received ${status} Because`,
    });
  });

  it('answers every path with a page of its own: no manifest', async () => {
    const origin = await serve((_, response) => void response.end('<!doctype html>'));
    expect(await failure(readBundle(httpStore(origin)))).toMatchObject({
      name: 'BundleError',
      check: 'manifest',
    });
  });

  it('is not there: one line with the reason', async () => {
    const origin = await serve(() => {});
    await new Promise((resolve) => server?.close(resolve));
    const error = await failure(readBundle(httpStore(origin)));
    expect(error).toMatchObject({ name: 'HttpStoreError', problem: 'unreachable' });
    expect(String(error)).toContain(`expected an answer from ${origin}/utad.json, received none: `);
    expect(String(error)).toContain('ECONNREFUSED');
  });

  it('breaks off in the middle of a file', async () => {
    const origin = await serve((request, response) => {
      const name = request.url?.slice(1) ?? '';
      const bytes = files.get(name) ?? new Uint8Array();
      if (name !== 'net/weights.bin') {
        response.end(bytes);
        return;
      }
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 10), () => response.destroy());
    });
    expect(await failure(readBundle(httpStore(origin)))).toMatchObject({
      name: 'HttpStoreError',
      problem: 'truncated',
      message: `expected the whole of ${origin}/net/weights.bin, received 10 bytes before the connection ended`,
    });
  });

  it('sends a file that is shorter than the manifest says', async () => {
    const cut = new Map(files).set('net/weights.bin', new Uint8Array(12));
    const error = await failure(readBundle(httpStore(`${await serve(bundleServer(cut))}/bundle`)));
    expect(error).toMatchObject({ name: 'BundleError', check: 'size' });
  });

  it('sends a file without end: it is let go of after as many bytes as the manifest says', async () => {
    let sent = 0;
    let closed: Promise<unknown> | undefined;
    const origin = await serve((request, response) => {
      const name = request.url?.slice(1) ?? '';
      if (name !== 'net/weights.bin') {
        response.end(files.get(name));
        return;
      }
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65536))) sent += 65536;
      };
      closed = new Promise((resolve) => response.on('close', resolve));
      response.on('drain', more);
      more();
    });
    expect(await failure(readBundle(httpStore(origin)))).toMatchObject({
      name: 'HttpStoreError',
      problem: 'size',
      message: expect.stringMatching(
        /^expected http:.*\/net\/weights\.bin of at most \d+ bytes, received more$/,
      ),
    });
    expect(closed).toBeDefined();
    await closed;
    expect(sent).toBeLessThan(64 * 2 ** 20);
  });

  it('has a manifest that claims more than is allowed: the file is not asked for', async () => {
    const manifest = JSON.parse(new TextDecoder().decode(files.get(MANIFEST_FILE)));
    manifest.files['net/weights.bin'].bytes = 2 ** 30;
    const claimed = new Map(files).set(MANIFEST_FILE, encodeManifest(manifest));
    const origin = await serve(bundleServer(claimed));
    const error = await failure(readBundle(httpStore(`${origin}/bundle`, { maxBytes: 2 ** 20 })));
    expect(error).toMatchObject({
      problem: 'size',
      message: `expected ${origin}/bundle/net/weights.bin of at most 1048576 bytes, its manifest says 1073741824`,
    });
    expect(requests.map(({ url }) => url)).not.toContain('/bundle/net/weights.bin');
  });

  it('sends a manifest without end', async () => {
    const origin = await serve((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65536, ' '))) {}
      };
      response.on('drain', more);
      more();
    });
    expect(await failure(readBundle(httpStore(origin)))).toMatchObject({ problem: 'size' });
  });
});

describe('options', () => {
  it('fetch is used for every file', async () => {
    const origin = await serve(bundleServer(files));
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = (input, init) => {
      asked.push(String(input));
      return globalThis.fetch(input, { ...init, headers: { authorization: 'Bearer x' } });
    };
    await readBundle(httpStore(`${origin}/bundle`, { fetch }));
    expect(asked).toHaveLength(requests.length);
  });

  it('signal stops what is being fetched, with its own reason', async () => {
    const controller = new AbortController();
    const origin = await serve(() => controller.abort(new Error('enough')));
    const error = await failure(readBundle(httpStore(origin, { signal: controller.signal })));
    expect(String(error)).toBe('Error: enough');
  });

  it('an address that is none throws at once', () => {
    expect(() => httpStore('not a url')).toThrow(TypeError);
  });
});
