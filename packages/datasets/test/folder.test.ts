import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folder, imagePaths } from '@utad/datasets/node';
import { describe, expect, it } from 'vitest';
import { read, writeGrey } from './pictures';
import { inTempFolder } from './temp-folder';

/** Makes grey images, each a little brighter than the one before. */
const withImages = (names: readonly string[], work: (root: string) => Promise<void>): Promise<void> =>
  inTempFolder(async (root) => {
    for (const [index, name] of names.entries()) await writeGrey(join(root, name), 10 * (index + 1));
    await work(root);
  });

describe('a plain folder', () => {
  it('holds good images, its inner folders included, in natural order', () =>
    withImages(['10.png', '9.png', 'b/1.png', 'a/2.png'], async (root) => {
      const data = await folder({ root, size: [2, 2] });
      const seen = (await read(data)).map(({ id, label, kind, image }) => [id, label, kind, image[0]]);
      expect(seen).toEqual([
        ['9.png', 0, 'good', 20],
        ['10.png', 0, 'good', 10],
        ['a/2.png', 0, 'good', 40],
        ['b/1.png', 0, 'good', 30],
      ]);
    }));

  it('is read from its folder good where there is one', () =>
    withImages(['good/1.png', 'good/2.png', 'broken/1.png'], async (root) => {
      const { entries } = await folder({ root, size: [2, 2] });
      expect(entries.map(({ id }) => id)).toEqual(['good/1.png', 'good/2.png']);
    }));

  it('names the types of defect in its test split, without masks', () =>
    withImages(['good/1.png', 'bent/1.png', 'bent/2.png', 'cut/1.png'], async (root) => {
      const data = await folder({ root, split: 'test', size: [2, 2] });
      const records = await read(data);
      expect(records.map(({ id, label, kind }) => [id, label, kind])).toEqual([
        ['bent/1.png', 1, 'bent'],
        ['bent/2.png', 1, 'bent'],
        ['cut/1.png', 1, 'cut'],
        ['good/1.png', 0, 'good'],
      ]);
      for (const record of records) expect(record).not.toHaveProperty('mask');
      expect(
        (await folder({ root, split: 'test', size: [2, 2], limit: 3 })).entries.map(({ kind }) => kind),
      ).toEqual(['bent', 'cut', 'good']);
    }));

  it('is refused without a root, without images, and as a test split without good', () =>
    withImages(['bent/1.png'], async (root) => {
      const nowhere = join(root, 'nowhere');
      await expect(folder({ root: nowhere, size: [2, 2] })).rejects.toMatchObject({ code: 'root-missing' });
      await mkdir(nowhere);
      await expect(folder({ root: nowhere, size: [2, 2] })).rejects.toMatchObject({ code: 'empty' });
      await expect(folder({ root, split: 'test', size: [2, 2] })).rejects.toMatchObject({
        code: 'split-missing',
        message: expect.stringMatching(/found bent, nowhere$/),
      });
    }));
});

describe('the images in a folder', () => {
  it('are known by their endings, hidden files left out', () =>
    withImages(['b.PNG', 'a.jpeg', 'c.tif', '.hidden.png', '.cache/d.png'], async (root) => {
      await writeFile(join(root, 'notes.txt'), 'none');
      expect(await imagePaths(root)).toEqual(['a.jpeg', 'b.PNG', 'c.tif'].map((name) => join(root, name)));
    }));

  it('have one order, even where their numbers are equal', () =>
    withImages(['1.png', '001.png', '01.png', '2.png'], async (root) => {
      const names = ['001.png', '01.png', '1.png', '2.png'];
      expect(await imagePaths(root)).toEqual(names.map((name) => join(root, name)));
    }));

  it('are a file itself, whatever its name', () =>
    withImages(['photo.dat'], async (root) => {
      expect(await imagePaths(join(root, 'photo.dat'))).toEqual([join(root, 'photo.dat')]);
      await expect(imagePaths(join(root, 'none.png'))).rejects.toMatchObject({ code: 'root-missing' });
    }));
});
