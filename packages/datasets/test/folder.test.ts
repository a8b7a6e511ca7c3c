import { mkdir, rm, writeFile } from 'node:fs/promises';
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
      const seen = (await read(data)).map(({ id, label, defectType: kind, image }) => [
        id,
        label,
        kind,
        image[0],
      ]);
      expect(seen).toEqual([
        ['9.png', 0, 'good', 20],
        ['10.png', 0, 'good', 10],
        ['a/2.png', 0, 'good', 40],
        ['b/1.png', 0, 'good', 30],
      ]);
    }));

  it('is read from its folder good where there is one', () =>
    withImages(['good/1.png', 'good/2.png'], async (root) => {
      const { entries, splits } = await folder({ root, size: [2, 2] });
      expect(entries.map(({ id }) => id)).toEqual(['good/1.png', 'good/2.png']);
      expect(splits).toBeNull();
    }));

  const GOOD = Array.from({ length: 10 }, (_, index) => `good/${index}.png`);
  const DEFECTS = ['bent/1.png', 'bent/2.png', 'cut/1.png'];

  it('is divided by seed where some images are defective, so that none is trained and tested on', () =>
    withImages([...GOOD, ...DEFECTS], async (root) => {
      const train = await folder({ root, size: [2, 2] });
      const test = await folder({ root, split: 'test', size: [2, 2] });
      expect(train.entries).toHaveLength(8);
      expect(test.entries.filter(({ label }) => label === 0)).toHaveLength(2);
      const ids = [...train.entries, ...test.entries].map(({ id }) => id);
      expect([...ids].sort()).toEqual([...GOOD, ...DEFECTS].sort());
      expect(train.splits).toEqual(test.splits);
      expect(train.splits?.train).toEqual(train.entries.map(({ id }) => id));
      const other = await folder({ root, size: [2, 2], seed: 1 });
      expect(other.entries).not.toEqual(train.entries);
      const again = await folder({
        root,
        size: [2, 2],
        seed: 1,
        ...(train.splits && { splits: train.splits }),
      });
      expect(again.entries).toEqual(train.entries);
    }));

  it('that changed since it was divided is refused, or tested on with what came and without what went', () =>
    withImages([...GOOD, ...DEFECTS], async (root) => {
      const { splits } = await folder({ root, size: [2, 2] });
      if (splits === null) throw new Error('expected splits');
      await writeGrey(join(root, 'good', 'new.png'), 200);
      const [gone = ''] = splits.test.filter((id) => id.startsWith('good/'));
      await rm(join(root, gone));
      const open = (onChange?: 'test') =>
        folder({ root, split: 'test', size: [2, 2], splits, ...(onChange && { onChange }) });
      await expect(open()).rejects.toMatchObject({
        code: 'manifest',
        message: 'splits: expected every image in one of them, found good/new.png in none',
      });
      const test = await open('test');
      const expected = [...splits.test.filter((id) => id !== gone), 'good/new.png'];
      expect(test.entries.map(({ id }) => id).sort()).toEqual([...expected].sort());
      expect(test.splits?.train).toEqual(splits.train);
    }));

  it('is taken whole where that is asked: all for testing, all good ones for training', () =>
    withImages([...DEFECTS, 'good/1.png'], async (root) => {
      const data = await folder({ root, split: 'test', whole: true, size: [2, 2] });
      const records = await read(data);
      expect(records.map(({ id, label, defectType: kind }) => [id, label, kind])).toEqual([
        ['bent/1.png', 1, 'bent'],
        ['bent/2.png', 1, 'bent'],
        ['cut/1.png', 1, 'cut'],
        ['good/1.png', 0, 'good'],
      ]);
      for (const record of records) expect(record).not.toHaveProperty('mask');
      const three = await folder({ root, split: 'test', whole: true, size: [2, 2], limit: 3 });
      expect(three.entries.map(({ defectType: kind }) => kind)).toEqual(['bent', 'cut', 'good']);
      expect((await folder({ root, whole: true, size: [2, 2] })).entries.map(({ id }) => id)).toEqual([
        'good/1.png',
      ]);
    }));

  it('keeps the splits that its folders say', () =>
    withImages(
      [
        'train/good/1.png',
        'train/good/2.png',
        'val/good/3.png',
        'val/bent/4.png',
        'test/good/5.png',
        'test/cut/6.png',
      ],
      async (root) => {
        const ids = async (split: 'train' | 'validation' | 'test') =>
          (await folder({ root, split, size: [2, 2] })).entries.map(({ id, label }) => `${id} ${label}`);
        expect(await ids('train')).toEqual(['train/good/1.png 0', 'train/good/2.png 0']);
        expect(await ids('validation')).toEqual(['val/bent/4.png 1', 'val/good/3.png 0']);
        expect(await ids('test')).toEqual(['test/cut/6.png 1', 'test/good/5.png 0']);
      },
    ));

  it.each(['masks', 'ground_truth'])('has the masks in its folder %s', (masks) =>
    withImages([...GOOD, 'cut/1.png', 'cut/2.png'], async (root) => {
      await writeGrey(join(root, masks, 'cut', '1.png'), 255);
      await writeGrey(join(root, masks, 'cut', '2_mask.png'), 127);
      const records = await read(await folder({ root, split: 'test', size: [2, 2] }));
      const ofKind = (kind: string) =>
        records.filter((record) => record.defectType === kind).map(({ mask }) => mask);
      // One value besides 0 is a defect, however dark.
      expect(ofKind('cut')).toEqual([Uint8Array.of(1, 1, 1, 1), Uint8Array.of(1, 1, 1, 1)]);
      expect(ofKind('good')).toEqual([new Uint8Array(4), new Uint8Array(4)]);
      // Masks are no images.
      expect((await folder({ root, size: [2, 2] })).entries).toHaveLength(8);
    }),
  );

  it('may hold the masks beside the folders of its splits', () =>
    withImages(['train/good/1.png', 'test/good/2.png', 'test/cut/3.png'], async (root) => {
      await writeGrey(join(root, 'ground_truth', 'cut', '3_mask.png'), 255);
      const records = await read(await folder({ root, split: 'test', size: [2, 2] }));
      expect(records.map(({ defectType: kind, mask }) => [kind, mask?.[0]])).toEqual([
        ['cut', 1],
        ['good', 0],
      ]);
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
