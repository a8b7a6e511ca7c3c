import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FileStore } from '@utad/core';
import { HttpError, type HttpStoreOptions, httpStore } from '@utad/files';
import { afterEach, describe, expect, it } from 'vitest';

/** A manifest as the tests have it: lengths by name. */
const manifest = (lengths: Readonly<Record<string, number>>) =>
  new TextEncoder().encode(JSON.stringify(lengths));

const weights = Uint8Array.from({ length: 100 }, (_, i) => i);
const files: ReadonlyMap<string, Uint8Array> = new Map([
  ['utad.json', manifest({ 'net/weights.bin': weights.length })],
  ['net/weights.bin', weights],
]);

function storeAt(url: string, options: Partial<HttpStoreOptions> = {}): FileStore {
  const filesOf = (bytes: Uint8Array) =>
    new Map(Object.entries<number>(JSON.parse(new TextDecoder().decode(bytes))));
  return httpStore(url, { manifest: 'utad.json', filesOf, ...options });
}

async function readAll(store: FileStore): Promise<void> {
  for (const name of await store.list()) await store.read(name);
}

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

describe('a folder behind a URL', () => {
  it.each(['/bundle', '/bundle/', '/bundle/utad.json', '/bundle/#top'])('is read from %s', async (path) => {
    const origin = await serve(bundleServer(files));
    const store = storeAt(origin + path);
    expect(await store.list()).toEqual(['utad.json', 'net/weights.bin']);
    expect(await store.read('net/weights.bin')).toEqual(weights);
    expect(requests.map(({ url }) => url)).toEqual(['/bundle/utad.json', '/bundle/net/weights.bin']);
  });

  it('keeps a query, such as a token, for every file, and out of messages', async () => {
    const store = storeAt(`${await serve(bundleServer(files))}/bundle/?token=secret`);
    await readAll(store);
    expect(requests.every(({ url }) => url.endsWith('?token=secret'))).toBe(true);
    expect(String(await failure(store.read('none.bin')))).not.toContain('secret');
  });

  it.each([true, false])('reads parts of files, whether the server knows ranges: %s', async (ranges) => {
    const store = storeAt(`${await serve(bundleServer(files, { ranges }))}/bundle`);
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
    const error = await failure(storeAt(origin).read('a.bin', { offset: 4, length: 4 }));
    expect(error).toBeInstanceOf(HttpError);
    expect(String(error)).toBe(`HttpError: expected bytes 4-7 of ${origin}/a.bin, received bytes 0-3/10`);
  });

  it.each([-1, 0.5, 2 ** 60])('refuses the range at %d', async (offset) => {
    const store = storeAt('http://localhost');
    expect(await failure(store.read('a.bin', { offset, length: 4 }))).toBeInstanceOf(RangeError);
  });

  it('is never written', async () => {
    const store: FileStore = storeAt('https://example.org/bundle?key=1');
    expect(await failure(store.replace(files))).toMatchObject({
      name: 'HttpError',
      code: 'read-only',
      url: 'https://example.org/bundle/',
      message: 'expected a store that can be written, received https://example.org/bundle/',
    });
  });

  it.each(['../secret', '/etc/passwd', 'a/../../b', 'net//weights.bin', '..\\secret', '.', ''])(
    'refuses the name %j, which leads out of the folder',
    async (name) => {
      const store = storeAt(`${await serve(bundleServer(files))}/bundle`);
      expect(await failure(store.read(name))).toBeInstanceOf(RangeError);
      expect(requests).toEqual([]);
    },
  );

  it('asks for a name as it is written, whatever characters it has', async () => {
    const odd = new Map([['a?b#c%2e%2e', Uint8Array.of(7)]]);
    const store = storeAt(`${await serve(bundleServer(odd))}/bundle`);
    expect(await store.read('a?b#c%2e%2e')).toEqual(Uint8Array.of(7));
  });
});

describe('a server that fails', () => {
  it.each([404, 410])('has no such file: %i', async (status) => {
    const origin = await serve((_, response) => void response.writeHead(status).end());
    expect(await failure(storeAt(origin).list())).toMatchObject({
      code: 'missing',
      status,
      url: `${origin}/utad.json`,
    });
  });

  it('is not there: one line with the reason', async () => {
    const origin = await serve(() => {});
    await new Promise((resolve) => server?.close(resolve));
    const error = await failure(readAll(storeAt(origin)));
    expect(error).toMatchObject({ name: 'HttpError', code: 'unreachable' });
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
    expect(await failure(readAll(storeAt(origin)))).toMatchObject({
      name: 'HttpError',
      code: 'truncated',
      message: `expected the whole of ${origin}/net/weights.bin, received 10 bytes before the connection ended`,
    });
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
    expect(await failure(readAll(storeAt(origin)))).toMatchObject({
      name: 'HttpError',
      code: 'size',
      message: expect.stringMatching(
        /^expected http:.*\/net\/weights\.bin of at most \d+ bytes, received more$/,
      ),
    });
    expect(closed).toBeDefined();
    await closed;
    expect(sent).toBeLessThan(64 * 2 ** 20);
  });

  it('has a manifest that claims more than is allowed: the file is not asked for', async () => {
    const claimed = new Map(files).set('utad.json', manifest({ 'net/weights.bin': 2 ** 30 }));
    const origin = await serve(bundleServer(claimed));
    const error = await failure(readAll(storeAt(`${origin}/bundle`, { maxBytes: 2 ** 20 })));
    expect(error).toMatchObject({
      code: 'size',
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
    expect(await failure(readAll(storeAt(origin)))).toMatchObject({ code: 'size' });
  });

  it.each([401, 403, 500, 503])('answers %i: one line with the address and the status', async (status) => {
    const origin = await serve((_, response) => {
      response.writeHead(status, 'Because').end('<html>a long page</html>');
    });
    expect(await failure(readAll(storeAt(origin)))).toMatchObject({
      name: 'HttpError',
      code: 'status',
      status,
      url: `${origin}/utad.json`,
      message: `expected ${origin}/utad.json, received ${status} Because`,
    });
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
    await readAll(storeAt(`${origin}/bundle`, { fetch }));
    expect(asked).toHaveLength(requests.length);
  });

  it('signal stops what is being fetched, with its own reason', async () => {
    const controller = new AbortController();
    const origin = await serve(() => controller.abort(new Error('enough')));
    const error = await failure(readAll(storeAt(origin, { signal: controller.signal })));
    expect(String(error)).toBe('Error: enough');
  });

  it('an address that is none throws at once', () => {
    expect(() => storeAt('not a url')).toThrow(TypeError);
  });
});
