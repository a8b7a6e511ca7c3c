import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  fetchWeights,
  kerasPreprocessing,
  torchvisionPreprocessing,
  vgg19,
  weightsFromSafetensors,
  weightsSha256,
} from '@utad/features';
import type { HttpEvent } from '@utad/files';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Behaviour, type Served, serve } from '../../../scripts/testing/file-server';
import { problemOf } from './problem-of';
import { layerTable, referenceTensors } from './reference';
import {
  concatenated,
  f32,
  headerOf,
  inMemory,
  safetensorsFile,
  torchvisionTensors,
} from './safetensors-file';

const tensors = referenceTensors();
const sha256 = weightsSha256(vgg19, tensors);
const file = safetensorsFile(torchvisionTensors());
const needed = 9_302_272;

type Server = Awaited<ReturnType<typeof serve>>;
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(files: Record<string, Served>, behaviour: Behaviour = {}): Promise<Server> {
  const server = await serve(new Map(Object.entries(files)), behaviour);
  servers.push(server);
  return server;
}

/** A Keras manifest of one group and shard a layer. */
function manifestFiles(folder = ''): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  const groups = layerTable.map(([layer], i) => {
    const names = [`${layer}/kernel`, `${layer}/bias`];
    files[`${folder}shard ${i}`] = concatenated(
      names.map((name) => f32([], tensors[name]?.data ?? new Float32Array()).bytes),
    );
    const weights = names.map((name) => ({ name, shape: tensors[name]?.shape, dtype: 'float32' }));
    return { paths: [`shard ${i}`], weights };
  });
  files[`${folder}weights_manifest.json`] = new TextEncoder().encode(JSON.stringify(groups));
  return files;
}

describe('fetchWeights of a safetensors file', () => {
  it('gives bit for bit what the file on the disk holds, from a server that knows ranges', async () => {
    const server = await start({ 'vgg/model.safetensors': file });
    const weights = await fetchWeights(vgg19, `${server.url}vgg/model.safetensors`);
    const disk = await weightsFromSafetensors(vgg19, inMemory(file));
    expect(weights.sha256).toBe(disk.sha256);
    for (const [name, { data }] of Object.entries(disk.tensors)) {
      const fetched = weights.tensors[name]?.data ?? expect.unreachable(name);
      expect(fetched.every((value, i) => Object.is(value, data[i])) && fetched.length === data.length).toBe(
        true,
      );
    }
    expect(weights).toMatchObject({
      name: `${server.url}vgg/model.safetensors`,
      preprocessing: torchvisionPreprocessing,
    });
    expect(server.requests.every(({ status }) => status === 206)).toBe(true);
  });

  it('asks for 9.3 of 574 MB', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'utad-fetch-'));
    try {
      // As large as torchvision's, with its names and shapes; what is not needed is a hole in the file.
      const path = join(folder, 'model.safetensors');
      const size = await writeWholeVgg19(path);
      expect(size).toBeGreaterThan(574_600_000);
      const server = await start({ 'model.safetensors': { path, size } });
      const weights = await fetchWeights(vgg19, `${server.url}model.safetensors`);
      expect(weights.sha256).toBe(sha256);
      expect(server.sent()).toBeLessThan(needed + 70_000);
      // The header, and three runs of layers.
      expect(server.requests).toHaveLength(4);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('reads past what it does not want where the server knows no ranges, and no further than it has to', async () => {
    const all = torchvisionTensors();
    all.set('classifier.0.bias', f32([500_000], new Float32Array(500_000)));
    all.set('head.fc.weight', f32([4_000_000], new Float32Array(4_000_000)));
    const server = await start({ 'model.safetensors': safetensorsFile(all) }, { ranges: false });
    const weights = await fetchWeights(vgg19, `${server.url}model.safetensors`);
    expect(weights.sha256).toBe(sha256);
    expect(server.requests.map(({ status }) => status)).toEqual([200, 200]);
    // Its last 16 MB are not wanted; what was on its way to us already counts.
    expect(server.requests[1]?.bytes).toBeLessThan(needed + 2_000_000 + 6_000_000);
  });

  it('goes on where the connection broke, in the same state of the file', async () => {
    let cuts = 0;
    const server = await start(
      { 'model.safetensors': file },
      { cut: ({ bytes: _, range }) => (range !== 'bytes=0-65535' && cuts++ < 3 ? 2_000_000 : undefined) },
    );
    const events: HttpEvent[] = [];
    const weights = await fetchWeights(vgg19, `${server.url}model.safetensors`, {
      onEvent: (event) => events.push(event),
    });
    expect(weights.sha256).toBe(sha256);
    expect(server.sent()).toBeLessThan(needed + 5 * 66_000);
    expect(events.filter(({ type }) => type === 'retry')).toHaveLength(3);
    const resumed = events.filter((event) => event.type === 'resume').map(({ bytes }) => bytes);
    expect(resumed).toHaveLength(3);
    expect(resumed.every((bytes, i) => bytes > 1_000_000 * (i + 1))).toBe(true);
    expect(server.requests.at(-1)?.ifRange).toBe('"1"');
    expect(events.at(-1)).toMatchObject({ type: 'progress', bytes: needed, totalBytes: needed });
  });

  it('begins anew where the broken connection was to a server that tells no state from another', async () => {
    let cuts = 0;
    const server = await start(
      { 'model.safetensors': file },
      { etag: null, cut: ({ range }) => (range !== 'bytes=0-65535' && cuts++ < 1 ? 2_000_000 : undefined) },
    );
    const weights = await fetchWeights(vgg19, `${server.url}model.safetensors`);
    expect(weights.sha256).toBe(sha256);
    expect(server.sent()).toBeGreaterThan(needed + 2_000_000);
  });

  it('takes Last-Modified where there is no strong ETag', async () => {
    const modified = 'Wed, 21 Oct 2015 07:28:00 GMT';
    const server = await start(
      { 'model.safetensors': file },
      { etag: null, headers: { 'last-modified': modified, etag: 'W/"1"' } },
    );
    await fetchWeights(vgg19, `${server.url}model.safetensors`);
    expect(server.requests.at(-1)?.ifRange).toBe(modified);
  });

  it('begins anew when the file changes on the way, and mixes nothing', async () => {
    const old = safetensorsFile(
      torchvisionTensors({ ...tensors, 'conv1_1/bias': { shape: [64], data: new Float32Array(64) } }),
    );
    const server = await start({ 'model.safetensors': old });
    let changedAt = 0;
    server.behaviour.onPiece = async ({ range }) => {
      if (range === 'bytes=0-65535' || changedAt > 0) return;
      changedAt = server.requests.length;
      server.files.set('model.safetensors', file);
      server.behaviour.etag = '"2"';
      server.behaviour.cut = ({ ifRange }) => (ifRange === '"1"' ? 1 : undefined);
    };
    // The first connection ends in the old state; the next one finds the new.
    server.behaviour.cut = ({ range }) => (range === 'bytes=0-65535' ? undefined : 3_000_000);
    const events: HttpEvent[] = [];
    const weights = await fetchWeights(vgg19, `${server.url}model.safetensors`, {
      onEvent: (event) => events.push(event),
    });
    expect(weights.sha256).toBe(sha256);
    expect(events.some(({ type }) => type === 'resume')).toBe(false);
  });

  it('gives up on a file that never stays as it is', async () => {
    const server = await start({ 'model.safetensors': file }, { etag: '"0"' });
    server.behaviour.status = () => {
      server.behaviour.etag = `"${server.requests.length}"`;
      return undefined;
    };
    const events: HttpEvent[] = [];
    const error = await problemOf(
      fetchWeights(vgg19, `${server.url}model.safetensors`, { onEvent: (event) => events.push(event) }),
    );
    expect(error).toMatchObject({ code: 'changed', subject: `${server.url}model.safetensors` });
    expect(error.message).toMatch(
      /to stay as it is \(9303632 bytes, "4"\), received \(9303632 bytes, "5"\)$/,
    );
    expect(events.filter(({ type }) => type === 'restart')).toHaveLength(2);
  });

  it('tries a failing server again, and goes on when it works', async () => {
    let failures = 0;
    const server = await start(
      { 'model.safetensors': file },
      { status: () => (failures++ < 2 ? 503 : undefined) },
    );
    const events: HttpEvent[] = [];
    await fetchWeights(vgg19, `${server.url}model.safetensors`, { onEvent: (event) => events.push(event) });
    expect(events.filter((event) => event.type === 'retry').map(({ seconds }) => seconds)).toEqual([0.5, 1]);
  });

  it('stops as soon as it is told to', async () => {
    const controller = new AbortController();
    const server = await start({ 'model.safetensors': file });
    const reason = new Error('enough');
    await expect(
      fetchWeights(vgg19, `${server.url}model.safetensors`, {
        signal: controller.signal,
        onEvent: ({ type }) => {
          if (type === 'progress') controller.abort(reason);
        },
      }),
    ).rejects.toBe(reason);
    expect(server.sent()).toBeLessThan(needed);
    await expect(fetchWeights(vgg19, server.url, { signal: controller.signal })).rejects.toBe(reason);
  });

  it.each<[string, Served | undefined, Behaviour, string, RegExp]>([
    [
      'no such file',
      undefined,
      {},
      'unreadable',
      /^VGG-19 weights: expected http:\/\/127\.0\.0\.1:\d+\/m\.safetensors, received 404 Not Found$/,
    ],
    [
      'a server error',
      file,
      { status: () => 500 },
      'status',
      /m\.safetensors, received 500 Internal Server Error$/,
    ],
    ['a forbidden file', file, { status: () => 403 }, 'status', /m\.safetensors, received 403 Forbidden$/],
    [
      'a truncated file',
      file.subarray(0, 4_000_000),
      {},
      'size',
      /9303632 bytes, as its header says, received 4000000$/,
    ],
    [
      'a connection that always breaks',
      file,
      { cut: () => 100 },
      'truncated',
      /^VGG-19 weights: expected the whole of http:.*m\.safetensors, but the connection ended: /,
    ],
    [
      'a server that says nothing',
      file,
      { silent: () => true },
      'unreachable',
      /^VGG-19 weights: expected http:.*m\.safetensors, received nothing for 0\.2 s$/,
    ],
    [
      'a server that stops in the middle',
      file,
      { onPiece: () => new Promise(() => {}) },
      'unreachable',
      /received nothing for 0\.2 s$/,
    ],
    [
      'another part than asked for',
      file,
      { headers: { 'content-range': 'bytes 7-65542/9303632' } },
      'status',
      /expected the bytes of http:.* from 0 on, received bytes 7-65542\/9303632$/,
    ],
    [
      'compressed files',
      file,
      { headers: { 'content-encoding': 'br' } },
      'size',
      /m\.safetensors as it is stored, received it compressed \(br\)$/,
    ],
    [
      'a page where weights should be',
      new TextEncoder().encode('<!doctype html><title>Sign in</title>'),
      {},
      'malformed',
      /expected a safetensors file or a manifest in JSON from http:.*, received "<!doctype html><title>Sign in<\/title>"$/,
    ],
  ])('says in one line: %s', async (_, bytes, behaviour, problem, message) => {
    const server = await start(bytes === undefined ? {} : { 'm.safetensors': bytes }, behaviour);
    const url = `${server.url}m.safetensors?token=secret`;
    const error = await problemOf(fetchWeights(vgg19, url, { retries: 1, patience: 0.2 }));
    expect(error.code).toBe(problem);
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/\n|secret/);
  });

  it('says that no server is there', async () => {
    const server = await start({});
    await server.close();
    const error = await problemOf(fetchWeights(vgg19, `${server.url}m.safetensors`, { retries: 0 }));
    expect(error).toMatchObject({ code: 'unreachable' });
    expect(error.message).toMatch(
      /^VGG-19 weights: expected an answer from http:.*, received none: .*ECONNREFUSED/,
    );
  });

  it('refuses what is no URL of http', async () => {
    await expect(fetchWeights(vgg19, 'file:///etc/passwd')).rejects.toThrow(
      'VGG-19 weights: expected a URL of http or https, received file:',
    );
    await expect(fetchWeights(vgg19, 'vgg')).rejects.toThrow(TypeError);
  });
});

describe('fetchWeights in a browser', () => {
  it('sends nothing that other origins have to allow first, and sees that a file changed all the same', async () => {
    vi.stubGlobal('document', {});
    try {
      const server = await start({ 'model.safetensors': file }, { etag: '"0"' });
      server.behaviour.status = () => {
        if (server.requests.length === 1) server.behaviour.etag = '"1"';
        return undefined;
      };
      const events: HttpEvent[] = [];
      const weights = await fetchWeights(vgg19, `${server.url}model.safetensors`, {
        onEvent: (event) => events.push(event),
      });
      expect(weights.sha256).toBe(sha256);
      expect(server.requests.every(({ ifRange }) => ifRange === undefined)).toBe(true);
      expect(events.filter(({ type }) => type === 'restart')).toHaveLength(1);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('finds the size that is hidden from it by asking for all, and then goes by ranges', async () => {
    const server = await start({ 'model.safetensors': file });
    const hiding: typeof globalThis.fetch = async (input, init) => {
      const response = await fetch(input, init);
      const headers = new Headers(response.headers);
      for (const name of ['content-range', 'etag', 'last-modified']) headers.delete(name);
      const { status, statusText } = response;
      if (status === 206) headers.delete('content-length');
      return new Response(response.body, { status, statusText, headers });
    };
    const weights = await fetchWeights(vgg19, `${server.url}model.safetensors`, { fetch: hiding });
    expect(weights.sha256).toBe(sha256);
    expect(server.requests.map(({ status }) => status).slice(0, 2)).toEqual([206, 200]);
  });
});

describe('fetchWeights of a manifest', () => {
  it('reads shards beside it, with its query, and takes it for one of Keras', async () => {
    const server = await start(manifestFiles('vgg 19/'));
    const url = `${server.url}vgg%2019/weights_manifest.json?token=secret`;
    const weights = await fetchWeights(vgg19, url);
    expect(weights).toMatchObject({
      name: `${server.url}vgg%2019/weights_manifest.json`,
      sha256,
      preprocessing: kerasPreprocessing,
    });
    // The manifest and the first shard fit into the first request for them.
    expect(server.requests).toHaveLength(1 + 1 + 2 * 7);
    expect(server.requests.every(({ query }) => query === '?token=secret')).toBe(true);
  });

  it('finds it in a folder, goes on in a shard that broke, and takes what the caller says', async () => {
    let cuts = 0;
    const server = await start(manifestFiles('vgg/'), {
      cut: ({ path, range }) =>
        path === 'vgg/shard 7' && range !== 'bytes=0-65535' && cuts++ < 1 ? 1_000_000 : undefined,
    });
    const options = { name: 'mine', preprocessing: torchvisionPreprocessing };
    const weights = await fetchWeights(vgg19, `${server.url}vgg/`, options);
    expect(weights).toMatchObject({ ...options, sha256 });
    expect(cuts).toBe(2);
  });

  it('looks for model.json and model.safetensors in a folder too, and says when there is none', async () => {
    const { 'weights_manifest.json': manifest = new Uint8Array(), ...shards } = manifestFiles();
    const layers = await start({ ...shards, 'model.json': manifest });
    expect((await fetchWeights(vgg19, layers.url)).sha256).toBe(sha256);
    const single = await start({ 'model.safetensors': file });
    expect((await fetchWeights(vgg19, single.url)).sha256).toBe(sha256);
    const none = await start({});
    const error = await problemOf(fetchWeights(vgg19, none.url));
    expect(error.message).toBe(
      `VGG-19 weights: expected weights_manifest.json or model.json or model.safetensors in ${none.url}, received 404 for each`,
    );
  });

  it('says which shard is not there', async () => {
    const { 'shard 3': _, ...files } = manifestFiles();
    const server = await start(files);
    const error = await problemOf(fetchWeights(vgg19, server.url));
    expect(error).toMatchObject({ code: 'unreadable', status: 404, subject: `${server.url}shard%203` });
  });

  it('refuses a manifest that is longer than any', async () => {
    const server = await start({ 'model.json': new Uint8Array(5_000_000).fill(0x20) });
    const error = await problemOf(fetchWeights(vgg19, `${server.url}model.json`));
    expect(error.message).toMatch(/model\.json of at most 4194304 bytes, received one of 5000000$/);
    expect(server.sent()).toBeLessThan(70_000);
  });
});

/** torchvision's VGG-19 on the disk, all its 574 MB; layers behind conv3_4 are holes. */
async function writeWholeVgg19(path: string): Promise<number> {
  const known = torchvisionTensors();
  const shapes = new Map([...known].map(([name, { shape }]) => [name, shape]));
  for (const n of [19, 21, 23, 25, 28, 30, 32, 34]) {
    shapes.set(`features.${n}.weight`, [512, n === 19 ? 256 : 512, 3, 3]).set(`features.${n}.bias`, [512]);
  }
  const dense = [
    ['classifier.0', 4096, 25_088],
    ['classifier.3', 4096, 4096],
    ['classifier.6', 1000, 4096],
  ] as const;
  for (const [name, outputs, inputs] of dense) {
    shapes.set(`${name}.weight`, [outputs, inputs]).set(`${name}.bias`, [outputs]);
  }
  const length = (shape: readonly number[]) => 4 * shape.reduce((product, size) => product * size, 1);
  const header = headerOf(
    new Map([...shapes].map(([name, shape]) => [name, { dtype: 'F32', shape, length: length(shape) }])),
  );
  const handle = await open(path, 'w');
  try {
    await handle.write(header);
    let offset = header.length;
    for (const name of [...shapes.keys()].sort()) {
      const bytes = known.get(name)?.bytes;
      if (bytes !== undefined) await handle.write(bytes, 0, bytes.length, offset);
      offset += length(shapes.get(name) ?? []);
    }
    await handle.truncate(offset);
    return offset;
  } finally {
    await handle.close();
  }
}
