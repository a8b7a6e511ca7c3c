import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openFiles } from '@utad/datasets/node';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTempFolder } from '../temp-folder';
import { read, SIZE, writeImages } from './images';

const COUNT = 12;
let root = '';
let entries: Awaited<ReturnType<typeof writeImages>> = [];
beforeAll(async () => {
  root = await makeTempFolder();
  entries = await writeImages(root, COUNT);
});
afterAll(() => rm(root, { recursive: true }));

describe('records', () => {
  it('are the same with 1 and 4 workers, from memory, from the cache and from the files, in any order', async () => {
    const common = { size: SIZE, maskSize: [7, 5] } as const;
    const alone = await openFiles(entries, { ...common, workers: 1 });
    const others = [
      await openFiles(entries, { ...common, workers: 4 }),
      await openFiles(entries, { ...common, workers: 4, memoryBytes: 0 }),
      await openFiles(entries, { ...common, workers: 1, memoryBytes: 0, cacheFolder: join(root, 'cache') }),
      await openFiles(entries, { ...common, workers: 4, memoryBytes: 0, cacheFolder: join(root, 'cache') }),
      await openFiles(entries, {
        ...common,
        workers: 4,
        memoryBytes: 2000,
        cacheFolder: join(root, 'cache'),
      }),
    ];
    expect(others.map(({ fingerprint }) => fingerprint)).toEqual(others.map(() => alone.fingerprint));
    for (const data of [alone, ...others]) expect(data.fileSize(COUNT - 1)).toEqual([24, 20]);
    const orders = fc.array(fc.integer({ min: 0, max: COUNT - 1 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        const expected = await read(alone, order);
        expect(expected.map(({ id }) => id)).toEqual(order.map(String));
        for (const other of others) expect(await read(other, order)).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  it('go on anywhere: the end of an order gives what the whole order ended with', async () => {
    const data = await openFiles(entries, { size: SIZE, memoryBytes: 0 });
    const order = [7, 3, 3, 11, 0, 5, 8];
    expect(await read(data, order.slice(4))).toEqual((await read(data, order)).slice(4));
  });

  it('hold mask and twin of defective images, and an empty mask of good ones', async () => {
    const cacheFolder = join(root, 'masks-cache');
    for (const _ of ['filling', 'full']) {
      const data = await openFiles(entries, { size: SIZE, maskSize: [24, 20], memoryBytes: 0, cacheFolder });
      const [good, defective] = await read(data, [0, 2]);
      expect(good).not.toHaveProperty('cleanTwin');
      expect([good?.mask?.length, good?.mask?.includes(1)]).toEqual([480, false]);
      // Every fourth pixel of number 2, see writeImages.
      expect([...(defective?.mask ?? [])]).toEqual(
        Array.from({ length: 480 }, (_, at) => (at % 4 === 0 ? 1 : 0)),
      );
      expect(defective?.cleanTwin).toHaveLength(12 * 10 * 3);
      expect(defective?.cleanTwin).not.toEqual(defective?.image);
    }
  });

  it('refuse an index that is none before anything is read', async () => {
    const data = await openFiles(entries, { size: SIZE });
    await expect(read(data, [0, COUNT])).rejects.toThrow(
      new RangeError('records: expected an index below 12, received 12'),
    );
    await expect(read(data, [0.5])).rejects.toThrow(RangeError);
    expect(() => data.contentHash(-1)).toThrow(RangeError);
    expect(() => data.fileSize(COUNT)).toThrow(
      new RangeError('fileSize: expected an index below 12, received 12'),
    );
  });
});

describe('a fingerprint', () => {
  it('differs with the sizes, the entries and their content', async () => {
    const prints = [
      await openFiles(entries, { size: SIZE }),
      await openFiles(entries, { size: [10, 12] }),
      await openFiles(entries, { size: SIZE, maskSize: [3, 3] }),
      await openFiles(entries.slice(1), { size: SIZE }),
      await openFiles(entries.toReversed(), { size: SIZE }),
      await openFiles(
        entries.map((entry) => ({ ...entry, defectType: 'other' })),
        { size: SIZE },
      ),
      await openFiles(
        entries.map(({ mask, ...entry }) => entry),
        { size: SIZE },
      ),
      await openFiles(
        entries.map((entry, index) => ({ ...entry, path: entries[(index + 1) % COUNT]?.path ?? '' })),
        { size: SIZE },
      ),
    ].map(({ fingerprint }) => fingerprint);
    expect(new Set(prints).size).toBe(prints.length);
  });
});

it.each([
  [{ workers: 0 }, 'workers: expected a whole number from 1, received 0'],
  [{ memoryBytes: -1 }, 'memoryBytes: expected a whole number from 0, received -1'],
  [{ cacheBytes: 0.5 }, 'cacheBytes: expected a whole number from 0, received 0.5'],
  [{ size: [0, 4] as const }, 'size: expected height and width in whole pixels from 1, received 0x4'],
])('refuses %o', async (option, message) => {
  await expect(openFiles(entries, { size: SIZE, ...option })).rejects.toMatchObject({
    code: 'invalid-option',
    message,
  });
});
