import { spawnSync } from 'node:child_process';
import { mkdir, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { openFiles } from '@utad/datasets/node';
import { expect, it } from 'vitest';
import { inTempFolder } from '../temp-folder';
import { noise, read, writePng } from './images';

const runs = (file: string, ...args: string[]): boolean => spawnSync(file, args).status === 0;

/** Gives work a file system of so many bytes; says whether one could be had. */
const onSmallDisk = (bytes: number, work: (disk: string, root: string) => Promise<void>): Promise<boolean> =>
  inTempFolder(async (root) => {
    const disk = join(root, 'disk');
    await mkdir(disk);
    if (!runs('mount', '-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', disk)) return false;
    try {
      await work(disk, root);
      return true;
    } finally {
      runs('umount', '--lazy', disk);
    }
  });

it('a disk that gets full while the cache is filled is told in one line, its room given back, and the records are the same', async (context) => {
  const mounted = await onSmallDisk(200 * 1024, async (disk, root) => {
    const size = [100, 100] as const;
    const paths = Array.from({ length: 12 }, (_, index) => join(root, `${index}.png`));
    for (const [index, path] of paths.entries()) await writePng(path, noise(index, size), size);
    const entries = paths.map(
      (path, index) => ({ id: `${index}`, label: 0, defectType: 'good', path }) as const,
    );
    // Twelve images take 360 000 bytes.
    const data = await openFiles(entries, { size, cacheFolder: join(disk, 'cache'), memoryBytes: 0 });
    expect(data.cache?.problem).toMatch(/^cache of decoded images in .+: ENOSPC.+; going on without it/);
    expect(data.cache?.problem).not.toContain('\n');
    expect(await read(data)).toEqual(await read(await openFiles(entries, { size })));
    expect((await readdir(disk, { recursive: true })).filter((name) => /\.[a-z]+$/.test(name))).toEqual([]);
    const { bfree, blocks } = await statfs(disk);
    expect(bfree).toBe(blocks);
    // What fits is kept by the next one.
    const few = await openFiles(entries.slice(0, 3), { size, cacheFolder: join(disk, 'cache') });
    expect(few.cache).toMatchObject({ added: 3, problem: null });
  });
  if (!mounted) context.skip('mounting a small file system is not allowed here');
});
