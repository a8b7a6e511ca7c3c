import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openFiles } from '@utad/datasets/node';
import { expect, it, vi } from 'vitest';
import { inTempFolder } from '../temp-folder';
import { becomeOld, read, SIZE, writeImages } from './images';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return { ...real, readFile: vi.fn(real.readFile) };
});

/** How many image files an action reads. */
async function imagesRead(action: () => Promise<unknown>): Promise<number> {
  const before = vi.mocked(readFile).mock.calls.length;
  await action();
  const calls = vi.mocked(readFile).mock.calls.slice(before);
  return calls.filter(([path]) => String(path).endsWith('.png')).length;
}

it('a second opening with a cache, and an epoch, read no image file that has not changed since', () =>
  inTempFolder(async (root) => {
    const entries = await writeImages(root, 6);
    const options = { size: SIZE, cacheFolder: join(root, 'cache'), memoryBytes: 0 };
    await becomeOld();
    expect(await imagesRead(() => openFiles(entries, options))).toBe(10);
    expect(await imagesRead(async () => read(await openFiles(entries, options)))).toBe(0);
  }));

it('files changed within the last two seconds are read again, since their times may not tell of a further change', () =>
  inTempFolder(async (root) => {
    const options = { size: SIZE, cacheFolder: join(root, 'cache'), memoryBytes: 0 };
    await becomeOld();
    const entries = await writeImages(root, 2);
    await openFiles(entries, options);
    expect(await imagesRead(() => openFiles(entries, options))).toBe(2);
  }));

it('without a cache what fits in memory is read no more, and nothing else is there', () =>
  inTempFolder(async (root) => {
    const images = join(root, 'images');
    const entries = (await writeImages(images, 5)).filter(({ label }) => label === 0);
    const all = await openFiles(entries, { size: SIZE });
    // An image takes 360 bytes, its empty mask 120, and what is around them is counted as 512.
    const two = await openFiles(entries, { size: SIZE, memoryBytes: 2 * 992 });
    const none = await openFiles(entries, { size: SIZE, memoryBytes: 0 });
    await rm(images, { recursive: true });
    expect(await read(all)).toHaveLength(4);
    expect(await read(two, [0, 1])).toHaveLength(2);
    await expect(read(two, [2])).rejects.toMatchObject({ name: 'ImageError', path: entries[2]?.path });
    await expect(read(none, [0])).rejects.toMatchObject({ name: 'ImageError', path: entries[0]?.path });
  }));
