import { join } from 'node:path';
import { type ManifestOptions, manifest } from '@utad/datasets/node';
import { describe, expect, it } from 'vitest';
import { writeBytes } from './class-files';
import { read, writeGrey } from './pictures';
import { inTempFolder } from './temp-folder';

/** Writes grey images, each of another brightness, and a manifest beside them. */
const withList = (
  text: string,
  work: (
    open: (options?: Partial<ManifestOptions>) => ReturnType<typeof manifest>,
    folder: string,
  ) => Promise<void>,
  { name = 'list.csv', images = ['a.png', 'b.png', 'c.png', 'in/d.png'] } = {},
): Promise<void> =>
  inTempFolder(async (folder) => {
    for (const [index, image] of images.entries()) await writeGrey(join(folder, image), 20 * (index + 1));
    await writeGrey(join(folder, 'mask.png'), 255);
    const file = join(folder, name);
    await writeBytes(file, text);
    await work((options) => manifest({ file, size: [2, 2], ...options }), folder);
  });

const SPLIT = 'path,label,split,mask\na.png,good,train,\nb.png,good,test,\nc.png,bad,test,mask.png\n';

describe('a manifest', () => {
  it('names images, their labels, splits and masks, relative to itself', () =>
    withList(SPLIT, async (open) => {
      const train = await read(await open());
      expect(train).toEqual([
        {
          id: 'a.png',
          label: 0,
          defectType: 'good',
          image: new Uint8Array(4).fill(20),
          size: [2, 2],
          channels: 1,
          mask: new Uint8Array(4),
          maskSize: [2, 2],
        },
      ]);
      const test = await read(await open({ split: 'test' }));
      expect(test.map(({ id, label, defectType: kind, mask }) => [id, label, kind, mask?.[0]])).toEqual([
        ['b.png', 0, 'good', 0],
        ['c.png', 1, 'defective', 1],
      ]);
    }));

  it('may be JSON lines of the same names, with blank lines between', () =>
    withList(SPLIT, async (open) => {
      const train = await open();
      await withList(
        '{"path": "a.png", "label": 0, "split": "train"}\n\n{"path":"b.png","label":"0","split":"test"}\r\n{"path":"c.png","kind":"defective","split":"test","mask":"mask.png"}',
        async (openLines) => {
          expect((await openLines()).entries.map(({ id }) => id)).toEqual(train.entries.map(({ id }) => id));
          expect((await openLines()).fingerprint).toBe(train.fingerprint);
          expect((await openLines({ split: 'test' })).fingerprint).toBe(
            (await open({ split: 'test' })).fingerprint,
          );
        },
        { name: 'list.jsonl' },
      );
    }));

  it('may say the kind for the label, quote its cells, begin with a mark, and have columns of its own', () =>
    withList(
      '\uFEFF"Camera","Path","Kind"\r\n3,"a.png",good\r\n3,"b.png",good\r\n4,"c.png","bent, ""badly"""\r\n',
      async (open) => {
        const { entries, splits } = await open({ split: 'test' });
        expect(entries.map(({ defectType: kind, label }) => [kind, label])).toContainEqual([
          'bent, "badly"',
          1,
        ]);
        // Without a column of splits they are made by seed, and say so.
        expect(splits?.made).toEqual({ seed: 0, shares: { train: 0.8, validation: 0, test: 0.2 } });
        expect((await open()).entries.every(({ label }) => label === 0)).toBe(true);
      },
    ));

  it('is all for training where every image is good', () =>
    withList('path,label\nb.png,0\na.png,0\n', async (open) => {
      const { entries, splits } = await open();
      expect(entries.map(({ id }) => id)).toEqual(['b.png', 'a.png']);
      expect(splits).toBeNull();
      await expect(open({ split: 'test' })).rejects.toMatchObject({
        code: 'empty',
        message: expect.stringMatching(
          /expected test images in .*list\.csv, found 2 train, 0 validation, 0 test images$/,
        ),
      });
    }));

  it('may lead out of its folder only where that is allowed', () =>
    withList('path,label\n../x.png,0\n', async (open, folder) => {
      await expect(open()).rejects.toThrow(`line 2: expected a path inside ${folder}, received ../x.png`);
      await inTempFolder(async (elsewhere) => {
        await writeGrey(join(elsewhere, 'y.png'), 7);
        const path = join(elsewhere, 'y.png');
        await writeBytes(join(folder, 'list.csv'), `path,label\n${path},0\n`);
        await expect(open()).rejects.toThrow(/expected a path inside/);
        const [record] = await read(await open({ allowOutside: true }));
        expect(record?.image[0]).toBe(7);
      });
    }));

  it('of ten thousand images is read a line at a time', () =>
    withList(
      `path,label\n${Array.from({ length: 10_000 }, (_, index) => `many/${index}.png,0`).join('\n')}\nmany/0.png,0\n`,
      async (open) => {
        await expect(open()).rejects.toThrow(
          'line 10002: expected each image once, received many/0.png of line 2 again',
        );
      },
    ));
});
