import { fork } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kerasPreprocessing, torchvisionPreprocessing, vgg19, weightsSha256 } from '@utad/features';
import { downloadWeights, findCachedWeights, readWeights, verifyWeightsCache } from '@utad/features/node';
import type { HttpEvent } from '@utad/files';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Behaviour, type Served, serve } from '../../../scripts/testing/file-server';
import { problemOf } from './problem-of';
import { referenceTensors } from './reference';
import { f32, safetensorsFile, torchvisionTensors } from './safetensors-file';

const tensors = referenceTensors();
const sha256 = weightsSha256(vgg19, tensors);
const file = safetensorsFile(torchvisionTensors());
const needed = 9_302_272;
const otherTensors = { ...tensors, 'conv1_1/bias': { shape: [64], data: new Float32Array(64) } };
const otherFile = safetensorsFile(torchvisionTensors(otherTensors));
const HEAD = 'bytes=0-65535';

let folder = '';
let server: Awaited<ReturnType<typeof serve>>;
let url = '';

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'utad-download-')), 'vgg19');
  server = await serve(new Map<string, Served>([['vgg/model.safetensors', file]]));
  url = `${server.url}vgg/model.safetensors`;
});

afterEach(async () => {
  await server.close();
  await rm(join(folder, '..'), { recursive: true, force: true });
});

/** Behaviour from now on. */
function behave(behaviour: Behaviour): void {
  for (const key of ['cut', 'status', 'onPiece'] as const) delete server.behaviour[key];
  Object.assign(server.behaviour, behaviour);
}

describe('downloadWeights', () => {
  it('keeps what it fetched, with its hash, and does not ask again', async () => {
    const first = await downloadWeights(vgg19, url, { folder });
    expect(first).toMatchObject({
      reused: false,
      weights: { sha256, preprocessing: torchvisionPreprocessing },
    });
    expect(first.record).toMatchObject({ name: url, url, sha256, preprocessing: 'torchvision' });
    expect(first.record.id).toMatch(/^model-[0-9a-f]{12}$/);
    expect(first.record.featureScale.conv3_4).toBeGreaterThan(0);
    expect((await readdir(folder)).sort()).toEqual([
      `${first.record.id}.json`,
      `${first.record.id}.safetensors`,
    ]);
    expect(JSON.parse(await readFile(join(folder, `${first.record.id}.json`), 'utf8'))).toMatchObject({
      sha256,
    });

    const asked = server.requests.length;
    const second = await downloadWeights(vgg19, url, { folder });
    expect(second).toMatchObject({ reused: true, weights: { sha256, name: url }, record: first.record });
    expect(server.requests).toHaveLength(asked);

    // The file stands alone: it says itself what it is.
    expect(await readWeights(vgg19, first.path)).toMatchObject({
      name: url,
      sha256,
      preprocessing: torchvisionPreprocessing,
    });
    expect(await findCachedWeights(vgg19, folder, sha256)).toMatchObject({ name: url, sha256 });
    expect(await findCachedWeights(vgg19, folder, '0'.repeat(64))).toBeUndefined();
    expect(await findCachedWeights(vgg19, join(folder, 'nowhere'), sha256)).toBeUndefined();
  });

  it('shows the query of a URL nowhere, and keeps files of two queries apart', async () => {
    await downloadWeights(vgg19, `${url}?token=secret`, { folder });
    await downloadWeights(vgg19, `${url}?token=other`, { folder });
    const names = await readdir(folder);
    expect(names).toHaveLength(4);
    for (const name of names) expect((await readFile(join(folder, name))).includes('secret')).toBe(false);
  });

  it('goes on with what an earlier attempt has left, byte for byte', async () => {
    behave({ cut: ({ range }) => (range === HEAD ? undefined : 4_000_000) });
    await problemOf(downloadWeights(vgg19, url, { folder, retries: 0 }));
    expect(await readdir(folder)).toHaveLength(1);
    behave({});
    const before = server.sent();
    const events: HttpEvent[] = [];
    const { weights } = await downloadWeights(vgg19, url, { folder, onEvent: (event) => events.push(event) });
    expect(weights.sha256).toBe(sha256);
    const [resume] = events;
    const kept = resume?.type === 'resume' ? resume.bytes : 0;
    expect(kept).toBeGreaterThan(3_500_000);
    expect(server.sent() - before).toBe(needed - kept + 65_536);
    expect((await readdir(folder)).some((name) => name.endsWith('.parts'))).toBe(false);
  });

  it('lets go of what an earlier attempt has left of another state of the file', async () => {
    server.files.set('vgg/model.safetensors', otherFile);
    behave({ cut: ({ range }) => (range === HEAD ? undefined : 4_000_000) });
    await problemOf(downloadWeights(vgg19, url, { folder, retries: 0 }));
    server.files.set('vgg/model.safetensors', file);
    behave({ etag: '"2"' });
    const events: HttpEvent[] = [];
    const { weights } = await downloadWeights(vgg19, url, { folder, onEvent: (event) => events.push(event) });
    expect(weights.sha256).toBe(sha256);
    expect(events[0]?.type).toBe('progress');
  });

  it('refuses other weights than the first time, keeps those it has, and takes them when told to', async () => {
    const { record, path } = await downloadWeights(vgg19, url, { folder });
    server.files.set('vgg/model.safetensors', otherFile);
    server.behaviour.etag = '"2"';
    const error = await problemOf(downloadWeights(vgg19, url, { folder, force: true }));
    expect(error).toMatchObject({ code: 'pinned', subject: url });
    expect(error.message).toBe(
      `VGG-19 weights: expected ${url} to bring the weights of SHA-256 ${sha256}, as on ${record.fetched}, received ${weightsSha256(vgg19, otherTensors)}`,
    );
    expect((await readWeights(vgg19, path)).sha256).toBe(sha256);

    // The pin outlives the weights.
    await rm(path);
    expect(await problemOf(downloadWeights(vgg19, url, { folder }))).toMatchObject({ code: 'pinned' });

    const repinned = await downloadWeights(vgg19, url, { folder, repin: true });
    expect(repinned.record.sha256).toBe(weightsSha256(vgg19, otherTensors));
    expect((await downloadWeights(vgg19, url, { folder })).reused).toBe(true);
  });

  it('fetches again what was damaged in the cache, and takes it where it is as before', async () => {
    const { path } = await downloadWeights(vgg19, url, { folder });
    await truncate(path, 1_000_000);
    expect(await downloadWeights(vgg19, url, { folder })).toMatchObject({
      reused: false,
      weights: { sha256 },
    });
    expect((await verifyWeightsCache(vgg19, folder)).map(({ problem }) => problem)).toEqual([undefined]);
  });

  it('keeps weights of a manifest in the same form, with the preprocessing of Keras', async () => {
    const names = Object.keys(tensors);
    const weights = names.map((name) => ({ name, shape: tensors[name]?.shape, dtype: 'float32' }));
    const bytes = Buffer.concat(
      names.map((name) => f32([], tensors[name]?.data ?? new Float32Array()).bytes),
    );
    server.files.set(
      'keras/model.json',
      Buffer.from(JSON.stringify({ weightsManifest: [{ paths: ['all'], weights }] })),
    );
    server.files.set('keras/all', bytes);
    behave({ cut: ({ path, range }) => (path === 'keras/all' && range !== HEAD ? 2_000_000 : undefined) });
    await problemOf(downloadWeights(vgg19, `${server.url}keras/`, { folder, retries: 0 }));
    behave({});
    const before = server.sent();
    const { record, path } = await downloadWeights(vgg19, `${server.url}keras/`, { folder });
    expect(server.sent() - before).toBeLessThan(needed - 1_500_000);
    expect(record).toMatchObject({ sha256, preprocessing: 'keras' });
    expect(await readWeights(vgg19, path)).toMatchObject({ sha256, preprocessing: kerasPreprocessing });
  });

  it('fetches anew where another preprocessing is asked for than was kept', async () => {
    await downloadWeights(vgg19, url, { folder });
    const { reused, record } = await downloadWeights(vgg19, url, {
      folder,
      preprocessing: kerasPreprocessing,
    });
    expect({ reused, preprocessing: record.preprocessing }).toEqual({
      reused: false,
      preprocessing: 'keras',
    });
  });

  it('keeps weights of another depth apart', async () => {
    const { record } = await downloadWeights(vgg19, url, { folder });
    const shallow = await downloadWeights(vgg19, url, { folder, layers: ['conv1_2'] });
    expect(shallow).toMatchObject({ reused: false, record: { id: `${record.id}-conv1_2` } });
    expect(Object.keys(shallow.weights.tensors)).toHaveLength(4);
    expect(await downloadWeights(vgg19, url, { folder, layers: ['conv1_2'] })).toMatchObject({
      reused: true,
    });
    expect((await verifyWeightsCache(vgg19, folder)).map(({ problem }) => problem)).toEqual([
      undefined,
      undefined,
    ]);
    expect((await findCachedWeights(vgg19, folder, shallow.record.sha256))?.sha256).toBe(
      shallow.record.sha256,
    );
  });

  it('downloads once for two who want it at the same time', async () => {
    const both = await Promise.all([
      downloadWeights(vgg19, url, { folder }),
      downloadWeights(vgg19, url, { folder }),
    ]);
    expect(both.map(({ reused }) => reused).sort()).toEqual([false, true]);
    expect(server.sent()).toBeLessThan(needed + 70_000);
  });

  it('goes on with what a process that was killed has left', async () => {
    const program = join(folder, '..', 'download.cjs');
    await build({
      stdin: {
        contents:
          "import { vgg19 } from './src'; import { downloadWeights } from './src/node'; const [, , url, folder] = process.argv; downloadWeights(vgg19, url, { folder });",
        resolveDir: fileURLToPath(new URL('..', import.meta.url)),
      },
      bundle: true,
      alias: {
        '@utad/files/node': fileURLToPath(new URL('../../files/src/node/index.ts', import.meta.url)),
        '@utad/files': fileURLToPath(new URL('../../files/src/index.ts', import.meta.url)),
      },
      platform: 'node',
      format: 'cjs',
      outfile: program,
    });
    let reached = () => {};
    const stalled = new Promise<void>((resolve) => {
      reached = resolve;
    });
    behave({
      onPiece: async ({ range, bytes }) => {
        if (range === HEAD || bytes < 5_000_000) return;
        reached();
        await new Promise(() => {});
      },
    });
    const child = fork(program, [url, folder], { stdio: 'inherit' });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    await Promise.race([stalled, gone.then(() => Promise.reject(new Error('it ended by itself')))]);
    // What it was sent needs a moment to reach its disk.
    await new Promise((resolve) => setTimeout(resolve, 500));
    child.kill('SIGKILL');
    await gone;
    // As if the quarter of a minute had passed after which a dead process's lock is no longer waited for.
    const [lock = expect.unreachable()] = (await readdir(folder)).filter((name) => name.endsWith('.lock'));
    const past = Date.now() / 1000 - 20;
    await utimes(join(folder, lock), past, past);
    behave({});
    const events: HttpEvent[] = [];
    const { weights } = await downloadWeights(vgg19, url, { folder, onEvent: (event) => events.push(event) });
    expect(weights.sha256).toBe(sha256);
    expect(events[0]).toMatchObject({ type: 'resume', totalBytes: needed });
  });

  it('leaves nothing half-written where it is stopped', async () => {
    const controller = new AbortController();
    behave({
      onPiece: async ({ range }) => (range === HEAD ? undefined : controller.abort(new Error('enough'))),
    });
    await expect(downloadWeights(vgg19, url, { folder, signal: controller.signal })).rejects.toThrow(
      'enough',
    );
    expect((await readdir(folder)).every((name) => name.endsWith('.parts'))).toBe(true);
  });

  it('knows sources by their names, and says which where it does not', async () => {
    const asked: string[] = [];
    const elsewhere: typeof globalThis.fetch = async (input, init) => {
      asked.push(String(input));
      return fetch(url, init);
    };
    const { record } = await downloadWeights(vgg19, 'torchvision', { folder, fetch: elsewhere });
    expect(record).toMatchObject({ id: 'torchvision', name: 'VGG-19 of torchvision, ImageNet-1k' });
    expect(new Set(asked)).toEqual(new Set(vgg19.sources.map((source) => source.url)));
    const [source = expect.unreachable()] = vgg19.sources;
    expect(await downloadWeights(vgg19, source, { folder })).toMatchObject({ reused: true, record });
    expect(await downloadWeights(vgg19, source.url, { folder })).toMatchObject({ reused: true, record });
    await expect(downloadWeights(vgg19, 'torchvison', { folder })).rejects.toThrow(
      'VGG-19 weights: expected torchvision or a URL, received "torchvison"',
    );
  });
});

describe('verifyWeightsCache', () => {
  it('tells what is whole from what was altered or removed', async () => {
    expect(await verifyWeightsCache(vgg19, folder)).toEqual([]);
    const { path } = await downloadWeights(vgg19, url, { folder });
    const bytes = await readFile(path);
    bytes[bytes.length - 5] = (bytes.at(-5) ?? 0) ^ 1;
    await writeFile(path, bytes);
    const [altered] = await verifyWeightsCache(vgg19, folder);
    expect(altered).toMatchObject({ path, record: { sha256 }, problem: { code: 'altered' } });
    expect(altered?.problem?.message).toMatch(
      /^VGG-19 weights: expected .* of SHA-256 \w{64}, as it was written, received \w{64}/,
    );
    expect(await findCachedWeights(vgg19, folder, sha256)).toBeUndefined();
    await rm(path);
    expect(await verifyWeightsCache(vgg19, folder)).toMatchObject([{ problem: { code: 'unreadable' } }]);
  });

  it('names a record that is none', async () => {
    const { record } = await downloadWeights(vgg19, url, { folder });
    await writeFile(join(folder, `${record.id}.json`), '{"sha256": 7}');
    const error = await problemOf(verifyWeightsCache(vgg19, folder));
    expect(error).toMatchObject({ code: 'altered', subject: join(folder, `${record.id}.json`) });
    expect(error.message).toMatch(
      /expected the record of downloaded weights in .*\.json, received something else$/,
    );
  });
});
