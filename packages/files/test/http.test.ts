import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchRanges, HttpError, type HttpEvent, memoryPart } from '@utad/files';
import { downloadFile, PartFile } from '@utad/files/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Served, serve } from '../../../scripts/testing/file-server';

const file = Uint8Array.from({ length: 400_000 }, (_, i) => (i * 7919) >> 4);
const ranges = [
  { begin: 100, end: 110 },
  { begin: 200_000, end: 350_000 },
];
const wanted = Buffer.concat([file.subarray(100, 110), file.subarray(200_000, 350_000)]);
const plan = async () => ({ ranges });

let folder = '';
let server: Awaited<ReturnType<typeof serve>>;
let url = new URL('http://localhost');
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'utad-http-'));
  server = await serve(new Map<string, Served>([['file.bin', file]]));
  url = new URL(`${server.url}file.bin?token=secret`);
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

describe('fetchRanges', () => {
  it('brings the ranges that the plan names, one after the other, and little else', async () => {
    const events: HttpEvent[] = [];
    const { bytes } = await fetchRanges(url, plan, memoryPart(), { onEvent: (event) => events.push(event) });
    expect(Buffer.compare(bytes, wanted)).toBe(0);
    expect(server.sent()).toBe(65_536 + 150_000);
    expect(events.at(-1)).toEqual({
      type: 'progress',
      url: `${server.url}file.bin`,
      bytes: wanted.length,
      totalBytes: wanted.length,
    });
  });

  it('takes them out of the whole where the server knows no ranges', async () => {
    server.behave({ ranges: false });
    expect(Buffer.compare((await fetchRanges(url, plan)).bytes, wanted)).toBe(0);
  });

  it('reads the whole where the server says no length, as servers that compress or write as they go', async () => {
    server.behave({ ranges: false, length: false });
    expect(Buffer.compare((await fetchRanges(url, plan)).bytes, wanted)).toBe(0);
    expect(server.requests).toHaveLength(1);
    server.files.set('file.bin', file.subarray(0, 300_000));
    await expect(fetchRanges(url, plan, memoryPart(), { retries: 0 })).rejects.toMatchObject({
      code: 'truncated',
    });
  });

  it('refuses a file without end', async () => {
    server.behave({ ranges: false, length: false });
    server.files.set('file.bin', new Uint8Array(2 ** 26 + 1));
    await expect(fetchRanges(url, plan)).rejects.toMatchObject({ code: 'size' });
  });

  it('goes on in a later process where it stopped, by what is on the disk', async () => {
    server.behave({ cut: ({ range }) => (range === 'bytes=0-65535' ? undefined : 100_000) });
    const error = await fetchRanges(url, plan, new PartFile(join(folder, 'x')), { retries: 0 }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(HttpError);
    expect(error).toMatchObject({ code: 'truncated', url: `${server.url}file.bin` });
    expect(String(error)).not.toContain('secret');
    expect((await readdir(folder)).sort()).toEqual(['x.of', 'x.part']);
    server.behave({});
    const events: HttpEvent[] = [];
    const later = new PartFile(join(folder, 'x'));
    const { bytes } = await fetchRanges(url, plan, later, { onEvent: (event) => events.push(event) });
    expect(Buffer.compare(bytes, wanted)).toBe(0);
    expect(events[0]).toMatchObject({ type: 'resume' });
    expect(server.requests.at(-1)?.bytes).toBeLessThan(120_000);
  });

  it('begins anew where the file is another one by now, and mixes nothing', async () => {
    server.behave({ cut: ({ range }) => (range === 'bytes=0-65535' ? undefined : 100_000) });
    await fetchRanges(url, plan, new PartFile(join(folder, 'x')), { retries: 0 }).catch(() => {});
    server.files.set(
      'file.bin',
      file.map((value) => value ^ 255),
    );
    server.behave({ etag: '"2"' });
    const { bytes } = await fetchRanges(url, plan, new PartFile(join(folder, 'x')));
    expect(
      Buffer.compare(
        bytes,
        wanted.map((value) => value ^ 255),
      ),
    ).toBe(0);
  });

  it('tries a failing server again with growing pauses, and a missing file not at all', async () => {
    let failures = 0;
    server.behave({ status: () => (failures++ < 2 ? 503 : undefined) });
    const pauses: number[] = [];
    const onEvent = (event: HttpEvent) => void (event.type === 'retry' && pauses.push(event.seconds));
    await fetchRanges(url, plan, memoryPart(), { onEvent });
    expect(pauses).toEqual([0.5, 1]);
    const gone = fetchRanges(new URL(`${server.url}none`), plan);
    await expect(gone).rejects.toMatchObject({ code: 'missing', status: 404 });
  });

  it('waits for a silent server as long as it was told to', async () => {
    server.behave({ silent: () => true });
    const late = fetchRanges(url, plan, memoryPart(), { retries: 0, patience: 0.1 });
    await expect(late).rejects.toMatchObject({
      code: 'unreachable',
      message: `expected ${server.url}file.bin, received nothing for 0.1 s`,
    });
  });
});

describe('downloadFile', () => {
  const path = () => join(folder, 'file.bin');

  it('puts the whole file in its place, and asks for nothing where it is there', async () => {
    await downloadFile(url, path());
    expect(Buffer.compare(await readFile(path()), file)).toBe(0);
    await downloadFile(url, path());
    expect(server.requests).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['file.bin']);
  });

  it('goes on after the bytes that an earlier attempt left', async () => {
    server.behave({ cut: () => 150_000 });
    await downloadFile(url, path(), { retries: 0 }).catch(() => {});
    const kept = (await readFile(`${path()}.part`)).length;
    server.behave({});
    await downloadFile(url, path());
    expect(server.requests.at(-1)).toMatchObject({ range: `bytes=${kept}-`, ifRange: '"1"' });
    expect(Buffer.compare(await readFile(path()), file)).toBe(0);
  });

  it('does not append the whole to what it has, where the server knows no ranges', async () => {
    server.behave({ ranges: false, cut: () => (server.requests.length === 1 ? 150_000 : undefined) });
    const types: string[] = [];
    await downloadFile(url, path(), { onEvent: ({ type }) => types.push(type) });
    expect(types).toContain('restart');
    expect(Buffer.compare(await readFile(path()), file)).toBe(0);
  });
});
