import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DatasetError, type DatasetSource, type KnownDataset } from '@utad/datasets';
import {
  ArchiveError,
  type FetchDatasetOptions,
  FetchError,
  type FetchEvent,
  fetchDataset,
} from '@utad/datasets/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Request, serve } from '../../../../scripts/testing/file-server';
import { smallDisk } from '../small-disk';
import { tar } from './archives';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex');

/** Bytes that do not compress, the same each time. */
function noise(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

const picture = noise(600_000);
const archive = gzipSync(
  tar([
    { name: 'set/one/train/good/0.png', content: picture },
    { name: 'set/two/train/good/0.png', content: 'two' },
    { name: 'set/license.txt', content: 'terms' },
  ]),
);
const size = archive.length;

let home = '';
let folder = '';
let server: Awaited<ReturnType<typeof serve>>;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'utad-fetch-'));
  folder = join(home, 'set');
  server = await serve(new Map<string, Uint8Array>([['set.tar.gz', archive]]));
});

afterEach(async () => {
  await server.close();
  await rm(home, { recursive: true, force: true });
});

function dataset(source: Partial<DatasetSource> = {}, facts: Partial<KnownDataset> = {}): KnownDataset {
  const known: KnownDataset = {
    id: 'set',
    title: 'A set',
    description: 'Made for tests.',
    licence: { name: 'CC-BY-4.0', url: 'https://example.org/licence' },
    citation: 'Nobody: A set. 2026',
    homepage: 'https://example.org',
    format: 'tree',
    tree: [],
    layout: {
      images: { by: 'folder', train: '{category}/train/good', test: '{category}/test/{kind}' },
      good: 'good',
    },
    categories: ['one', 'two'],
    splits: { train: '', test: '' },
    sources: [{ url: `${server.url}set.tar.gz`, file: 'set.tar.gz', archive: 'tar.gz', ...source }],
  };
  return Object.assign(known, facts);
}

const fetchIt = (known = dataset(), options: Partial<FetchDatasetOptions> = {}) =>
  fetchDataset(known, { folder, retries: 0, ...options });

async function problemOf(promise: Promise<unknown>): Promise<FetchError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof FetchError)) throw new Error('expected a FetchError', { cause: error });
  expect(error.message).not.toContain('\n');
  return error;
}

async function names(path = home): Promise<string[]> {
  const found = await readdir(path, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
}

const WHOLE = [
  'set/fetched.json',
  'set/set/license.txt',
  'set/set/one/train/good/0.png',
  'set/set/two/train/good/0.png',
];
const first = ({ range }: Request) => range === undefined;

describe('fetchDataset', () => {
  it('downloads, unpacks, records what it was made of, and does not ask again', async () => {
    const events: FetchEvent[] = [];
    const { reused, record } = await fetchIt(dataset(), { onEvent: (event) => events.push(event) });
    expect({ reused, record }).toMatchObject({
      reused: false,
      record: {
        id: 'set',
        licence: { name: 'CC-BY-4.0' },
        categories: null,
        files: [{ url: `${server.url}set.tar.gz`, file: 'set.tar.gz', bytes: size, sha256: sha256(archive) }],
      },
    });
    expect(await names()).toEqual(WHOLE);
    expect((await readFile(join(folder, 'set/one/train/good/0.png'))).equals(picture)).toBe(true);
    expect(JSON.parse(await readFile(join(folder, 'fetched.json'), 'utf8'))).toEqual(record);
    expect(events[0]).toMatchObject({
      type: 'licence',
      licence: { name: 'CC-BY-4.0' },
      citation: 'Nobody: A set. 2026',
    });
    expect(events.filter(({ type }) => type === 'progress').at(-1)).toMatchObject({
      bytes: size,
      totalBytes: size,
    });
    expect(events.slice(-4).map(({ type }) => type)).toEqual(['verified', 'extract', 'extract', 'extract']);
    expect(events.find(({ type }) => type === 'verified')).toMatchObject({ against: 'nothing', bytes: size });

    expect(await fetchIt()).toMatchObject({ reused: true, record: undefined });
    expect(server.requests).toHaveLength(1);
  });

  it('shows the licence first, and asks for nothing until it is accepted where it must be', async () => {
    const known = dataset(
      {},
      { licence: { name: 'CC-BY-NC-SA-4.0', url: 'https://example.org/nc', accept: true } },
    );
    const events: FetchEvent[] = [];
    const error = await problemOf(fetchIt(known, { onEvent: (event) => events.push(event) }));
    expect(error).toMatchObject({
      code: 'licence',
      message: 'A set: expected its terms to be accepted first (CC-BY-NC-SA-4.0, https://example.org/nc)',
    });
    expect(events.map(({ type }) => type)).toEqual(['licence']);
    expect(server.requests).toHaveLength(0);
    expect(await readdir(home)).toEqual([]);
    expect(await fetchIt(known, { acceptLicense: true })).toMatchObject({ reused: false });
  });

  it('gives the steps by hand where there is no link', async () => {
    const error = await problemOf(fetchIt(dataset({}, { sources: [], manual: ['Open it.', 'Unpack it.'] })));
    expect(error).toMatchObject({ code: 'manual', steps: ['Open it.', 'Unpack it.'] });
    expect(await readdir(home)).toEqual([]);
  });

  it('takes what was downloaded by hand, and leaves it where it is', async () => {
    const path = join(home, 'set.partial/mine.tgz');
    await mkdir(dirname(path));
    await writeFile(path, archive);
    const { record } = await fetchIt(dataset({}, { sources: [] }), { from: [path] });
    expect(record?.files).toEqual([{ url: null, file: 'mine.tgz', bytes: size, sha256: sha256(archive) }]);
    expect(await names()).toEqual(['set.partial/mine.tgz', ...WHOLE].sort());
    await expect(
      fetchIt(dataset(), { folder: `${folder}2`, from: [join(home, 'none.zip')] }),
    ).rejects.toThrow(/^from: expected a file that was downloaded, found none at/);
  });

  it('refuses a file by hand that is no archive it knows', async () => {
    const path = join(home, 'mine.rar');
    await writeFile(path, archive);
    await expect(fetchIt(dataset({}, { sources: [] }), { from: [path] })).rejects.toThrow(
      /^from: expected an archive of A set \(\.tar, \.tar\.gz, \.tar\.xz or \.zip\), received .*mine\.rar$/,
    );
    expect(await readdir(home)).toEqual(['mine.rar']);
  });

  it('compares also what was downloaded by hand with what is cited of it', async () => {
    const path = join(home, 'set.tar.gz');
    await writeFile(path, noise(100));
    const known = dataset({ sha256: sha256(archive), hashSource: 'https://example.org/hashes' });
    expect(await problemOf(fetchIt(known, { from: [path] }))).toMatchObject({ code: 'hash' });
    expect(await names()).toEqual(['set.tar.gz']);
  });

  it('keeps the categories wanted, and what belongs to none', async () => {
    await fetchIt(dataset(), { categories: ['two'] });
    expect(await names()).toEqual([
      'set/fetched.json',
      'set/set/license.txt',
      'set/set/two/train/good/0.png',
    ]);
    expect(await fetchIt(dataset(), { categories: ['two'] })).toMatchObject({ reused: true });
    await expect(fetchIt()).rejects.toThrow(/found set with two in/);
    await expect(fetchIt(dataset(), { categories: ['three'] })).rejects.toThrow(
      'categories: expected some of one, two, received three',
    );
  });

  it('lays files that are no archives as they are', async () => {
    server.files.set('a.gz', Buffer.from('a')).set('b.gz', Buffer.from('b'));
    const sources = ['a.gz', 'b.gz'].map((file) => ({ url: `${server.url}${file}`, file }));
    await fetchIt(dataset({}, { sources }));
    expect(await names()).toEqual(['set/a.gz', 'set/b.gz', 'set/fetched.json']);
    expect(await readFile(join(folder, 'b.gz'), 'utf8')).toBe('b');
  });

  it('touches nothing that is in the way, but an empty folder', async () => {
    await mkdir(folder);
    await writeFile(join(folder, 'mine'), '');
    await expect(fetchIt()).rejects.toThrow(DatasetError);
    await expect(fetchIt()).rejects.toThrow(
      /^folder: expected none or an empty one, found something else in/,
    );
    await rm(join(folder, 'mine'));
    await fetchIt();
    expect(await names()).toEqual(WHOLE);
  });
});

describe('a download', () => {
  it('that was interrupted is gone on with, byte for byte', async () => {
    server.behave({ cut: (request) => (first(request) ? 200_000 : undefined) });
    expect(await problemOf(fetchIt())).toMatchObject({ code: 'truncated' });
    expect(await names()).toEqual(['set.part/set.tar.gz.of', 'set.part/set.tar.gz.part']);
    const kept = (await readFile(join(home, 'set.part/set.tar.gz.part'))).length;
    expect(kept).toBeGreaterThan(100_000);
    const events: FetchEvent[] = [];
    await fetchIt(dataset({ sha256: sha256(archive) }), { onEvent: (event) => events.push(event) });
    expect(events.find(({ type }) => type === 'resume')).toMatchObject({ bytes: kept, totalBytes: size });
    expect(server.requests.at(-1)).toMatchObject({
      range: `bytes=${kept}-`,
      ifRange: '"1"',
      bytes: size - kept,
    });
    expect(await names()).toEqual(WHOLE);
  });

  it('goes on by itself when the connection breaks, as often as something comes', async () => {
    server.behave({ cut: () => 150_000 });
    const events: FetchEvent[] = [];
    await fetchIt(dataset({ md5: md5(archive) }), { retries: 1, onEvent: (event) => events.push(event) });
    expect(server.requests.length).toBeGreaterThan(3);
    expect(
      events
        .filter(({ type }) => type === 'retry')
        .every((event) => event.type === 'retry' && event.seconds === 0.5),
    ).toBe(true);
    expect(events.find(({ type }) => type === 'verified')).toMatchObject({ against: 'citation' });
  });

  it('begins anew from a server without ranges, and says so', async () => {
    server.behave({ ranges: false, cut: () => (server.requests.length === 1 ? 200_000 : undefined) });
    const events: FetchEvent[] = [];
    await fetchIt(dataset(), { retries: 1, onEvent: (event) => events.push(event) });
    expect(events.map(({ type }) => type)).toContain('restart');
    expect(await names()).toEqual(WHOLE);
  });

  it('begins anew where the server cannot tell one state of the file from another', async () => {
    server.behave({ etag: null, cut: () => (server.requests.length === 1 ? 200_000 : undefined) });
    await fetchIt(dataset({ sha256: sha256(archive) }), { retries: 1 });
    expect(server.requests.map(({ range }) => range)).toEqual([undefined, undefined]);
  });

  it('takes the date of the last change where there is no strong tag', async () => {
    const date = 'Wed, 21 Oct 2026 07:28:00 GMT';
    const headers = { 'last-modified': date };
    server.behave({
      etag: 'W/"1"',
      headers,
      ifRange: false,
      cut: (request) => (first(request) ? 200_000 : undefined),
    });
    await fetchIt(dataset({ sha256: sha256(archive) }), { retries: 1 });
    expect(server.requests.at(-1)).toMatchObject({ ifRange: date, status: 206 });
  });

  it.each([true, false])(
    'of a file that changes under way is begun anew (server heeds If-Range: %s)',
    async (ifRange) => {
      server.behave({ ifRange, cut: (request) => (first(request) ? 200_000 : undefined) });
      await problemOf(fetchIt());
      const other = gzipSync(tar([{ name: 'set/one/x', content: noise(400_000, 2) }]));
      server.files.set('set.tar.gz', other);
      server.behave({ ifRange, etag: '"2"' });
      const events: FetchEvent[] = [];
      const { record } = await fetchIt(dataset(), { onEvent: (event) => events.push(event) });
      expect(events.map(({ type }) => type)).toContain('restart');
      expect(record?.files[0]?.sha256).toBe(sha256(other));
    },
  );

  it('is given up when the file changes again and again', async () => {
    let tag = 0;
    server.behave({ ifRange: false, cut: () => 100_000 });
    // Each answer is of another state.
    const changing: typeof globalThis.fetch = async (input, init) => {
      const answer = await fetch(input, init);
      const headers = new Headers(answer.headers);
      tag += 1;
      headers.set('etag', `"${tag}"`);
      return new Response(answer.body, { status: answer.status, headers });
    };
    expect(await problemOf(fetchIt(dataset(), { retries: 3, fetch: changing }))).toMatchObject({
      code: 'changed',
    });
  });

  it.each([
    [404, 0],
    [403, 0],
    [500, 1],
    [503, 1],
    [429, 1],
  ])('that is answered with %i is tried again %i times', async (status, again) => {
    server.behave({ status: () => status });
    const error = await problemOf(fetchIt(dataset(), { retries: 1 }));
    expect(error).toMatchObject({ code: 'status', status });
    expect(error.message).toMatch(
      new RegExp(`^expected http://127.0.0.1:\\d+/set.tar.gz, received ${status}`),
    );
    expect(server.requests).toHaveLength(1 + again);
    expect(await readdir(home)).toEqual([]);
  });

  it('ends when the server says nothing for too long, and not when it is only slow', async () => {
    server.behave({ silent: () => true });
    expect(await problemOf(fetchIt(dataset(), { patience: 0.3 }))).toMatchObject({ code: 'unreachable' });
    server.behave({ onPiece: () => new Promise((resolve) => setTimeout(resolve, 20)) });
    await fetchIt(dataset(), { patience: 5 });
  });

  it('ends when the server stops in the middle', async () => {
    server.behave({
      onPiece: ({ bytes }) => (bytes > 200_000 ? new Promise(() => undefined) : Promise.resolve()),
    });
    const error = await problemOf(fetchIt(dataset(), { patience: 0.5 }));
    expect(error.message).toMatch(/received nothing for 0\.5 s$/);
    expect(await names()).toEqual(['set.part/set.tar.gz.of', 'set.part/set.tar.gz.part']);
  });

  it('of a server that is not there says why', async () => {
    const known = dataset();
    await server.close();
    const error = await problemOf(fetchIt(known));
    expect(error).toMatchObject({ code: 'unreachable' });
    expect(error.message).toMatch(/ECONNREFUSED/);
    server = await serve(new Map());
  });

  it('stops when it is told to, and is gone on with', async () => {
    const controller = new AbortController();
    server.behave({
      onPiece: async ({ bytes }) => {
        if (bytes < 200_000) return;
        // What was sent needs a moment to arrive.
        await new Promise((resolve) => setTimeout(resolve, 200));
        controller.abort(new Error('enough'));
      },
    });
    await expect(fetchIt(dataset(), { signal: controller.signal })).rejects.toThrow('enough');
    expect(await names()).toEqual(['set.part/set.tar.gz.of', 'set.part/set.tar.gz.part']);
    server.behave({});
    await fetchIt();
    expect(server.requests.at(-1)?.range).toMatch(/^bytes=\d{6}-$/);
  });

  it('of another length than is known is refused before it comes', async () => {
    const error = await problemOf(fetchIt(dataset({ bytes: 7 })));
    expect(error).toMatchObject({ code: 'size' });
    expect(error.message).toMatch(new RegExp(`^expected 7 bytes of .*, received ${size} or more$`));
    expect(await readdir(home)).toEqual([]);
  });

  it('that does not end is stopped at the length that is known', async () => {
    server.behave({ length: false });
    expect(await problemOf(fetchIt(dataset({ bytes: 100_000 })))).toMatchObject({ code: 'size' });
  });

  it('of unknown length works', async () => {
    server.behave({ length: false });
    const events: FetchEvent[] = [];
    await fetchIt(dataset(), { onEvent: (event) => events.push(event) });
    expect(events.find(({ type }) => type === 'progress')).toMatchObject({ totalBytes: null });
  });

  it('that begins safe and goes on unsafe is refused', async () => {
    const known = dataset({ url: 'https://example.org/set.tar.gz' });
    const error = await problemOf(fetchIt(known, { fetch: () => fetch(`${server.url}set.tar.gz`) }));
    expect(error.message).toMatch(
      /^expected https:\/\/example\.org\/set\.tar\.gz over a safe connection, received http:/,
    );
  });

  it('that comes compressed is refused, since ranges would be of something else', async () => {
    server.behave({ headers: { 'content-encoding': 'br' } });
    const error = await problemOf(fetchIt());
    expect(error.message).toMatch(/as it is stored, received it compressed \(br\)$/);
  });
});

describe('what was downloaded', () => {
  it.each(['sha256', 'md5'] as const)(
    'is refused and removed where its %s is not the one cited',
    async (name) => {
      const wanted = '0'.repeat(name === 'md5' ? 32 : 64);
      const known = dataset({ [name]: wanted, hashSource: 'https://example.org/hashes' });
      const error = await problemOf(fetchIt(known));
      const received = (name === 'md5' ? md5 : sha256)(archive);
      expect(error).toMatchObject({
        code: 'hash',
        message: `set.tar.gz: expected ${name} ${wanted}, as https://example.org/hashes has it, received ${received}`,
      });
      expect(await readdir(home)).toEqual([]);
    },
  );

  it('is compared with the first download where nothing is cited, until told otherwise', async () => {
    const pins = join(home, 'pins');
    const against: string[] = [];
    const onEvent = (event: FetchEvent) => {
      if (event.type === 'verified') against.push(event.against);
    };
    await fetchIt(dataset(), { pins, onEvent });
    await rm(folder, { recursive: true });
    await fetchIt(dataset(), { pins, onEvent });
    await rm(folder, { recursive: true });
    expect(against).toEqual(['nothing', 'pin']);

    const other = gzipSync(tar([{ name: 'set/one/x', content: 'other' }]));
    server.files.set('set.tar.gz', other);
    const error = await problemOf(fetchIt(dataset(), { pins }));
    expect(error).toMatchObject({ code: 'pinned' });
    expect(error.message).toMatch(
      new RegExp(`sha256 ${sha256(archive)} that came on \\d{4}-.*, received ${sha256(other)}$`),
    );
    const asked = server.requests.length;
    expect((await fetchIt(dataset(), { pins, repin: true })).record?.files[0]?.sha256).toBe(sha256(other));
    // It had come already.
    expect(server.requests).toHaveLength(asked);
    await rm(folder, { recursive: true });
    await fetchIt(dataset(), { pins, onEvent });
    expect(against.at(-1)).toBe('pin');
  });

  it('is not trusted where the hashes of first downloads cannot be read', async () => {
    const pins = join(home, 'pins');
    await mkdir(pins);
    await writeFile(join(pins, 'set.json'), '{"x": 1}');
    await expect(fetchIt(dataset(), { pins })).rejects.toThrow(
      /^expected the hashes of earlier downloads in/,
    );
  });

  it('stays where its archive is refused, and nothing of the archive does', async () => {
    server.files.set(
      'set.tar.gz',
      gzipSync(
        tar([
          { name: 'a', content: 'x' },
          { name: '../evil', content: 'x' },
        ]),
      ),
    );
    await expect(fetchIt()).rejects.toThrow(ArchiveError);
    expect(await names()).toEqual(['set.part/set.tar.gz']);
  });

  it('is unpacked again where a process was killed in the middle of that, and its lock is taken over', async () => {
    await mkdir(join(home, 'set.part/tree/set/one'), { recursive: true });
    await mkdir(join(home, 'set.part/tree.unpacked/set'), { recursive: true });
    await mkdir(join(home, 'set.part/.lock'));
    for (const path of ['tree/half', 'tree/set/one/half', 'tree.unpacked/set/half']) {
      await writeFile(join(home, 'set.part', path), 'half');
    }
    await writeFile(join(home, 'set.part/set.tar.gz'), archive);
    // After a quarter of a minute a dead process's lock is no longer waited for.
    const past = Date.now() / 1000 - 20;
    await utimes(join(home, 'set.part/.lock'), past, past);
    await fetchIt();
    expect(await names()).toEqual(WHOLE);
    expect(await readdir(home)).toEqual(['set']);
    expect(server.requests).toHaveLength(0);
  });

  it('comes once where two want it at the same time', async () => {
    const both = await Promise.all([fetchIt(), fetchIt()]);
    expect(both.map(({ reused }) => reused).sort()).toEqual([false, true]);
    expect(server.requests).toHaveLength(1);
    expect(await names()).toEqual(WHOLE);
    expect(await readdir(home)).toEqual(['set']);
  });
});

const disk = smallDisk(1);

describe.skipIf('cannot' in disk)(
  `a full disk${'cannot' in disk ? ` (skipped: ${disk.cannot})` : ''}`,
  () => {
    it('is told on one line, what came stays, and goes on when there is room', async () => {
      if ('cannot' in disk) return;
      const here = join(disk.folder, 'set');
      const error = await problemOf(fetchIt(dataset(), { folder: here }));
      expect(error).toMatchObject({ code: 'disk-full' });
      expect(error.message).toMatch(/^expected room on the disk of .*set\.part, which is full/);
      expect(await names(disk.folder)).toEqual(['set.part/set.tar.gz']);
      await fetchIt(dataset(), { folder: here, categories: ['two'] });
      expect(server.requests).toHaveLength(1);
      expect(await names(here)).toEqual(['fetched.json', 'set/license.txt', 'set/two/train/good/0.png']);
    });

    it('stops a download likewise, and what came stays', async () => {
      if ('cannot' in disk) return;
      server.files.set('big.bin', noise(2_000_000));
      const known = dataset({}, { sources: [{ url: `${server.url}big.bin`, file: 'big.bin' }] });
      const here = join(disk.folder, 'big');
      await rm(join(disk.folder, 'set'), { recursive: true, force: true });
      expect(await problemOf(fetchIt(known, { folder: here }))).toMatchObject({ code: 'disk-full' });
      expect(await readdir(join(disk.folder, 'big.part'))).toEqual(['big.bin.of', 'big.bin.part']);
    });
  },
);
