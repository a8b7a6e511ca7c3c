import { openFiles } from '@utad/datasets/node';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { inTempFolder } from '../temp-folder';
import { read, SIZE, writeImages } from './images';

it('leaves the settings of libvips as they were, whether reading ends, fails or is left early', () =>
  inTempFolder(async (root) => {
    const settings = () => {
      const { memory, files, items } = sharp.cache();
      return [sharp.concurrency(), memory.max, files.max, items.max];
    };
    sharp.concurrency(3);
    sharp.cache({ memory: 7, files: 5, items: 11 });
    const before = settings();
    const entries = await writeImages(root, 4);
    const [data, other] = await Promise.all(
      [1, 2].map(() => openFiles(entries, { size: SIZE, memoryBytes: 0 })),
    );
    expect(settings()).toEqual(before);
    if (data === undefined || other === undefined) throw new Error('expected two datasets');
    await Promise.all([read(data), read(other)]);
    for await (const _ of data.records([0, 1, 2])) {
      expect(sharp.concurrency()).toBe(1);
      break;
    }
    expect(settings()).toEqual(before);
    const missing = [{ id: 'x', label: 0 as const, defectType: 'good', path: `${root}/none.png` }];
    await expect(openFiles(missing, { size: SIZE })).rejects.toThrow('none.png');
    expect(settings()).toEqual(before);
  }));
