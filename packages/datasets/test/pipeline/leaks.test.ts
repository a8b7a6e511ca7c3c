import { readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFiles } from '@utad/datasets/node';
import { describe, expect, it } from 'vitest';
import { inTempFolder } from '../temp-folder';
import { SIZE, writeImages } from './images';

/** Numbers of open files of this process; Linux tells them. */
const openFileCount = async (): Promise<number> => (await readdir('/proc/self/fd')).length;

describe.skipIf(process.platform !== 'linux')(
  'nothing stays open (skipped where /proc does not tell)',
  () => {
    it('after openings and epochs that end, fail, are stopped, or are left in the middle', () =>
      inTempFolder(async (root) => {
        const entries = await writeImages(join(root, 'images'), 9);
        const bad = { id: 'bad', label: 0, defectType: 'good', path: join(root, 'bad.png') } as const;
        await writeFile(bad.path, 'none');
        const options = { size: SIZE, cacheFolder: join(root, 'cache'), memoryBytes: 0, workers: 4 };
        const order = [...entries.keys()];
        // The first use of sharp opens files of its own.
        await openFiles(entries, { size: SIZE });
        const [before, temporary] = [await openFileCount(), await readdir(tmpdir())];

        const data = await openFiles(entries, options);
        for await (const _ of data.records(order));
        for await (const _ of data.records(order)) break;
        await expect(openFiles([...entries, bad], options)).rejects.toThrow('bad.png');
        const stopped = AbortSignal.abort(new Error('stopped'));
        await expect(openFiles(entries, { ...options, size: [5, 5], signal: stopped })).rejects.toThrow(
          'stopped',
        );
        const iterator = data.records(order)[Symbol.asyncIterator]();
        await iterator.next();
        await iterator.return?.(undefined);

        expect(await openFileCount()).toBe(before);
        expect(
          (await readdir(tmpdir())).filter((name) => !temporary.includes(name) && name.includes('sharp')),
        ).toEqual([]);
        for (const name of await readdir(join(root, 'cache'), { recursive: true })) {
          if (name.includes('/')) expect(name).toMatch(/\.(pack|index)$/);
        }
      }));
  },
);
