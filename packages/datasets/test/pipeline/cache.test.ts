import {
  copyFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { type ImageEntry, openFiles } from '@utad/datasets/node';
import { describe, expect, it } from 'vitest';
import { inTempFolder } from '../temp-folder';
import { becomeOld, noise, read, SIZE, writeImages, writePng } from './images';

const open = (entries: readonly ImageEntry[], cacheFolder: string, more = {}) =>
  openFiles(entries, { size: SIZE, cacheFolder, memoryBytes: 0, ...more });

async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => /\.[a-z]+$/.test(name)).sort();
}

const packOf = async (folder: string): Promise<string> => {
  const name = (await filesIn(folder)).find((file) => file.startsWith('image') && file.endsWith('.pack'));
  return join(folder, name ?? 'none');
};

describe('the cache of decoded images', () => {
  it('spares the second opening all decoding, masks and twins included', () =>
    inTempFolder(async (root) => {
      const entries = await writeImages(root, 6);
      const folder = join(root, 'cache');
      const first = await open(entries, folder);
      // Six images, and two defective ones with mask and twin.
      expect(first.cache).toEqual({ folder, found: 0, added: 10, problem: null });
      const second = await open(entries, folder);
      expect(second.cache).toEqual({ folder, found: 10, added: 0, problem: null });
      expect(second.conversions).toEqual(first.conversions);
      expect(second.contentHash(3)).toBe(first.contentHash(3));
      expect(await read(second)).toEqual(await read(first));
    }));

  it('serves nothing that another version of the decoder left', () =>
    inTempFolder(async (root) => {
      const entries = await writeImages(root, 6);
      const folder = join(root, 'cache');
      const first = await open(entries, folder);
      for (const name of await readdir(folder)) {
        expect(name).toMatch(/-v3-/);
        await rename(join(folder, name), join(folder, name.replace('-v3-', '-v2-')));
      }
      const second = await open(entries, folder);
      expect(second.cache).toEqual({ folder, found: 0, added: 10, problem: null });
      expect(second.fingerprint).toBe(first.fingerprint);
    }));

  it('knows a file by its content where it was moved or touched', () =>
    inTempFolder(async (root) => {
      const entries = await writeImages(join(root, 'a'), 2);
      const folder = join(root, 'cache');
      const first = await open(entries, folder);
      await rename(join(root, 'a'), join(root, 'b'));
      const moved = entries.map((entry) => ({
        ...entry,
        path: entry.path.replace(join(root, 'a'), join(root, 'b')),
      }));
      await utimes(moved[0]?.path ?? '', 1, 1);
      const second = await open(moved, folder);
      expect(second.cache).toMatchObject({ found: 2, added: 0 });
      expect(second.fingerprint).toBe(first.fingerprint);
    }));

  it('is not deceived by a file that changed and has its size and time of before', () =>
    inTempFolder(async (root) => {
      const [path, other] = [join(root, '1.bmp'), join(root, '2.bmp')];
      const bmp = (value: number) => {
        const file = Buffer.alloc(54 + 4 * 4, value);
        file.set([0x42, 0x4d]);
        const fields = [
          [10, 54],
          [14, 40],
          [18, 2],
          [22, 2],
          [26, 1 | (24 << 16)],
          [30, 0],
        ] as const;
        for (const [at, field] of fields) file.writeUInt32LE(field, at);
        return file;
      };
      await writeFile(path, bmp(10));
      await writeFile(other, bmp(20));
      const entries: ImageEntry[] = [{ id: '1', label: 0, defectType: 'good', path }];
      const folder = join(root, 'cache');
      await becomeOld();
      const before = await stat(path);
      expect((await read(await open(entries, folder)))[0]?.image[0]).toBe(10);
      await copyFile(other, path);
      await utimes(path, before.atime, before.mtime);
      expect((await stat(path)).size).toBe(before.size);
      expect((await read(await open(entries, folder)))[0]?.image[0]).toBe(20);
    }));

  it('keeps what was decoded to different sizes, and masks above different thresholds, apart', () =>
    inTempFolder(async (root) => {
      const path = join(root, '1.png');
      await writePng(path, noise(1, SIZE), SIZE);
      const mask = join(root, 'mask.png');
      await writePng(
        mask,
        Uint8Array.from({ length: 120 }, (_, at) => at),
        SIZE,
      );
      const folder = join(root, 'cache');
      const with_ = (threshold: number): ImageEntry[] => [
        { id: '1', label: 1, defectType: 'bad', path, mask: { path: mask, threshold } },
      ];
      const ones = async (threshold: number) =>
        (await read(await open(with_(threshold), folder)))[0]?.mask?.reduce((sum, value) => sum + value, 0);
      for (const _ of ['filling', 'full']) expect([await ones(0), await ones(99)]).toEqual([119, 20]);
      for (const _ of ['filling', 'full']) {
        const [record] = await read(await open(with_(0), folder, { size: [3, 3] }));
        expect(record?.image).toHaveLength(27);
      }
    }));

  it('holds an image once that several paths have', () =>
    inTempFolder(async (root) => {
      const [entry] = await writeImages(root, 1);
      if (entry === undefined) throw new Error('no entry');
      const copies = [entry, { ...entry, id: 'copy' }, { ...entry, id: 'again' }];
      const folder = join(root, 'cache');
      const data = await open(copies, folder);
      expect(data.cache).toMatchObject({ added: 1 });
      expect((await stat(await packOf(folder))).size).toBe(12 * 10 * 3);
      expect((await read(data)).map(({ id }) => id)).toEqual(['0', 'copy', 'again']);
    }));

  it('keeps what was decoded before a bad file came', () =>
    inTempFolder(async (root) => {
      const entries = await writeImages(root, 3);
      const bad = { id: 'bad', label: 0, defectType: 'good', path: join(root, 'bad.png') } as const;
      await writeFile(bad.path, 'none');
      const folder = join(root, 'cache');
      await expect(open([...entries, bad], folder)).rejects.toThrow('bad.png');
      expect((await open(entries, folder)).cache).toMatchObject({ found: 5, added: 0 });
    }));

  it('keeps what was decoded before it was stopped, and leaves nothing half-written', () =>
    inTempFolder(async (root) => {
      const entries = await writeImages(root, 12);
      const folder = join(root, 'cache');
      const stop = new AbortController();
      const onProgress = (done: number) => done === 6 && stop.abort(new Error('stopped'));
      await expect(open(entries, folder, { signal: stop.signal, onProgress, workers: 2 })).rejects.toThrow(
        'stopped',
      );
      expect((await open(entries, folder)).cache?.found).toBeGreaterThanOrEqual(6);
      for (const name of await filesIn(folder)) expect(name).toMatch(/\.(pack|index)$/);
    }));
});

describe('what is damaged in the cache', () => {
  const damaged = async (
    damage: (folder: string) => Promise<unknown>,
    expected: { found: number; added: number },
  ) =>
    inTempFolder(async (root) => {
      const entries = await writeImages(root, 2);
      const folder = join(root, 'cache');
      const right = await read(await open(entries, folder));
      await damage(folder);
      const data = await open(entries, folder);
      expect(data.cache).toMatchObject({ ...expected, problem: null });
      expect(await read(data)).toEqual(right);
      // And what was put right stays so.
      const again = await open(entries, folder);
      expect(again.cache).toMatchObject({ found: 2, added: 0 });
      expect(await read(again)).toEqual(right);
    });

  const flip = async (path: string, at: number): Promise<void> => {
    const bytes = await readFile(path);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(path, bytes);
  };

  it('a byte of a decoded image: it is decoded again', () =>
    damaged(async (folder) => flip(await packOf(folder), 400), { found: 2, added: 0 }));

  it('a byte of an index: all that it tells of is decoded again', () =>
    damaged(async (folder) => flip((await packOf(folder)).replace('.pack', '.index'), 40), {
      found: 0,
      added: 2,
    }));

  it('the end of an index that is missing', () =>
    damaged(async (folder) => truncate((await packOf(folder)).replace('.pack', '.index'), 20), {
      found: 0,
      added: 2,
    }));

  it('the end of decoded images that is missing', () =>
    damaged(async (folder) => truncate(await packOf(folder), 500), { found: 0, added: 2 }));

  it('decoded images that are gone', () =>
    damaged(async (folder) => rm(await packOf(folder)), { found: 0, added: 2 }));

  it('is put right where it lies', () =>
    inTempFolder(async (root) => {
      const entries = await writeImages(root, 2);
      const folder = join(root, 'cache');
      await open(entries, folder);
      const pack = await packOf(folder);
      const whole = await readFile(pack);
      await flip(pack, 400);
      await read(await open(entries, folder));
      expect(await readFile(pack)).toEqual(whole);
    }));

  it('decoded images that go while they are in use are decoded again', () =>
    inTempFolder(async (root) => {
      const entries = await writeImages(root, 3);
      const folder = join(root, 'cache');
      const data = await open(entries, folder);
      const right = await read(data);
      await rm(folder, { recursive: true });
      expect(await read(data)).toEqual(right);
    }));

  it('leftovers of a writer that was killed are removed after an hour, and not before', () =>
    inTempFolder(async (root) => {
      const entries = await writeImages(root, 1);
      const folder = join(root, 'cache');
      await open(entries, folder);
      const inside = (await packOf(folder)).replace(/[^/\\]*$/, '');
      const leftovers = ['0011.pack', '0011.part', '0022.pack'].map((name) => join(inside, name));
      for (const path of leftovers) await writeFile(path, 'x');
      const old = Date.now() / 1000 - 3700;
      for (const path of leftovers.slice(0, 2)) await utimes(path, old, old);
      await open(entries, folder);
      const names = await filesIn(folder);
      expect(names.filter((name) => name.includes('0011'))).toEqual([]);
      expect(names.filter((name) => name.includes('0022'))).toHaveLength(1);
    }));
});

describe('the bound of the cache', () => {
  const IMAGE = 12 * 10 * 3 + 48;

  it('lets what was not used for longest go first', () =>
    inTempFolder(async (root) => {
      const folder = join(root, 'cache');
      const sets = [];
      for (const name of ['a', 'b', 'c']) sets.push(await writeImages(join(root, name), 2));
      for (const [at, entries] of sets.entries()) {
        for (const [index, { path }] of entries.entries())
          await writePng(path, noise(10 * at + index, SIZE), SIZE);
      }
      const [a = [], b = [], c = []] = sets;
      await open(a, folder);
      await open(b, folder);
      const indices = (await filesIn(folder)).filter((name) => name.endsWith('.index'));
      for (const [at, name] of indices.entries()) await utimes(join(folder, name), 1000 + at, 1000 + at);
      // Used now, so that b is what was not used for longest.
      expect((await open(a, folder)).cache).toMatchObject({ found: 2 });
      const inAll = (
        await Promise.all((await filesIn(folder)).map((name) => stat(join(folder, name))))
      ).reduce((sum, { size }) => sum + size, 0);
      const third = await open(c, folder, { cacheBytes: inAll + IMAGE });
      expect(third.cache).toMatchObject({ added: 2, problem: null });
      expect((await open(a, folder)).cache).toMatchObject({ found: 2 });
      expect((await open(b, folder)).cache).toMatchObject({ found: 0, added: 2 });
    }));

  it('is told where a dataset alone exceeds it; the records are the same', () =>
    inTempFolder(async (root) => {
      const entries = (await writeImages(root, 5)).filter(({ label }) => label === 0);
      const folder = join(root, 'cache');
      const bounded = await open(entries, folder, { cacheBytes: 2 * IMAGE + 10 });
      expect(bounded.cache).toMatchObject({ found: 0, added: 2 });
      expect(bounded.cache?.problem).toBe(
        `cache of decoded images in ${folder}: it is full at 0 MiB; going on without it where it is missing`,
      );
      expect(await read(bounded)).toEqual(await read(await openFiles(entries, { size: SIZE })));
      expect((await stat(await packOf(folder))).size).toBe(2 * 360);
    }));
});

describe('a cache folder that cannot be used', () => {
  it('because a file is in its place is told in one line; the records are the same', () =>
    inTempFolder(async (root) => {
      const entries = await writeImages(root, 3);
      const file = join(root, 'file');
      await writeFile(file, '');
      for (const folder of [file, join(file, 'below')]) {
        const data = await open(entries, folder);
        expect(data.cache).toMatchObject({ found: 0, added: 0 });
        expect(data.cache?.problem).toMatch(
          /^cache of decoded images in .+: E(EXIST|NOTDIR).+; going on without it/,
        );
        expect(data.cache?.problem).not.toContain('\n');
        expect(await read(data)).toEqual(await read(await openFiles(entries, { size: SIZE })));
      }
    }));
});

it('is filled by two openings at once without either harming the other', () =>
  inTempFolder(async (root) => {
    const entries = await writeImages(root, 9);
    const folder = join(root, 'cache');
    await mkdir(folder);
    const both = await Promise.all([open(entries, folder), open(entries.toReversed(), folder)]);
    for (const data of both) expect(data.cache?.problem).toBeNull();
    const [one, other] = [await read(both[0]), await read(both[1])];
    expect(other.toReversed()).toEqual(one);
    expect((await open(entries, folder)).cache).toMatchObject({ found: 15, added: 0 });
  }));
