import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BTAD, KNOWN_DATASETS, MAGNETIC_TILE, type TreeLayout, VISA } from '@utad/datasets';
import { openDataset, treeCategories } from '@utad/datasets/node';
import { describe, expect, it } from 'vitest';
import { writeBytes } from './class-files';
import { flat, picture, read, writeGrey } from './pictures';
import { inTempFolder } from './temp-folder';

const size = [4, 4] as const;

describe('VisA', () => {
  const LIST = [
    'object,split,label,image,mask',
    'candle,train,normal,candle/Data/Images/Normal/0002.JPG,',
    'candle,train,normal,candle/Data/Images/Normal/0001.JPG,',
    'candle,test,normal,candle/Data/Images/Normal/0003.JPG,',
    'candle,test,anomaly,candle/Data/Images/Anomaly/000.JPG,candle/Data/Masks/Anomaly/000.png',
    'pcb1,train,normal,pcb1/Data/Images/Normal/0001.JPG,',
    '',
  ].join('\n');

  const withVisa = (work: (root: string) => Promise<void>): Promise<void> =>
    inTempFolder(async (root) => {
      await writeBytes(join(root, 'split_csv/1cls.csv'), LIST);
      for (const [index, path] of [...LIST.matchAll(/[^,\n]+\.JPG/g)].map(([path]) => path).entries()) {
        await writeBytes(
          join(root, path),
          await flat([index * 30, 0, 0], [8, 8])
            .jpeg()
            .toBuffer(),
        );
      }
      // A mask numbers the types of defect from 1: nearly black.
      const mask = Uint8Array.from({ length: 64 }, (_, pixel) => (pixel < 32 ? 0 : 1 + (pixel % 2)));
      await writeBytes(
        join(root, 'candle/Data/Masks/Anomaly/000.png'),
        await picture(mask, [8, 8]).toColourspace('b-w').png().toBuffer(),
      );
      await work(root);
    });

  it('has the split of its one-class list, in its order', () =>
    withVisa(async (root) => {
      const train = await openDataset(VISA, { root, category: 'candle', split: 'train', size });
      expect(train.entries.map(({ id }) => id)).toEqual([
        'Data/Images/Normal/0002.JPG',
        'Data/Images/Normal/0001.JPG',
      ]);
      const test = await openDataset(VISA, { root, category: 'candle', split: 'test', size });
      expect(test.entries.map(({ id, defectType: kind, label }) => [id, kind, label])).toEqual([
        ['Data/Images/Normal/0003.JPG', 'good', 0],
        ['Data/Images/Anomaly/000.JPG', 'anomaly', 1],
      ]);
      expect(test.splits).toBeNull();
    }));

  it('has masks in which every value above 0 is a defect', () =>
    withVisa(async (root) => {
      const data = await openDataset(VISA, { root, category: 'candle', split: 'test', size });
      const [good, anomalous] = await read(data);
      expect(good?.mask).toEqual(new Uint8Array(16));
      expect(anomalous?.mask).toEqual(Uint8Array.from({ length: 16 }, (_, pixel) => (pixel < 8 ? 0 : 1)));
    }));

  it('has the categories of its list, also in the folder that the archive may put around it', () =>
    withVisa(async (root) => {
      expect(await treeCategories(VISA, root)).toEqual(['candle', 'pcb1']);
      await inTempFolder(async (around) => {
        await cp(root, join(around, 'VisA_20220922'), { recursive: true });
        expect(await treeCategories(VISA, around)).toEqual(['candle', 'pcb1']);
        const data = await openDataset(VISA, { root: around, category: 'pcb1', split: 'train', size });
        expect(data.count).toBe(1);
      });
    }));

  it.each([
    [
      'a category that there is not',
      { category: 'spoon' },
      undefined,
      'category-unknown',
      /expected candle, pcb1, received spoon/,
    ],
    ['no category', {}, undefined, 'category-unknown', /expected candle, pcb1, received none/],
    [
      'a split without images',
      { category: 'pcb1', split: 'test' },
      undefined,
      'empty',
      /expected test images of pcb1/,
    ],
    [
      'no list',
      { category: 'candle' },
      null,
      'category-unknown',
      /expected split_csv\/1cls\.csv, received candle/,
    ],
    [
      'a list without a column',
      { category: 'candle' },
      LIST.replace('mask', 'masks'),
      'manifest',
      /line 1: expected the columns object, split, label, image, mask, received object, split, label, image, masks without mask$/,
    ],
    [
      'a split of another name',
      { category: 'candle' },
      LIST.replace('candle,train', 'candle,fit'),
      'manifest',
      /line 2: expected a split of train, test, received fit$/,
    ],
    [
      'a defective image in train',
      { category: 'candle' },
      LIST.replace('train,normal', 'train,anomaly'),
      'manifest',
      /line 2: expected normal images in train, received anomaly$/,
    ],
    [
      'a path that leads out',
      { category: 'candle' },
      LIST.replace('candle/Data/Images/Normal/0002', '../0002'),
      'manifest',
      /line 2: expected a path inside .*, received \.\.\/0002\.JPG$/,
    ],
    [
      'a defective image without a mask',
      { category: 'candle', split: 'test' },
      LIST.replace(',candle/Data/Masks/Anomaly/000.png', ','),
      'mask-missing',
      /line 5: expected a mask for .*000\.JPG, received none$/,
    ],
  ] as const)('is refused for %s', (_, options, list, code, message) =>
    withVisa(async (root) => {
      const path = join(root, 'split_csv/1cls.csv');
      if (list === null) await rm(path);
      else if (list !== undefined) await writeBytes(path, list);
      await expect(openDataset(VISA, { root, size, ...options })).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      });
    }),
  );
});

describe('BTAD', () => {
  const withBtad = (work: (root: string) => Promise<void>): Promise<void> =>
    inTempFolder(async (root) => {
      for (const [index, path] of [
        ...['01/train/ok/0000.png', '01/train/ok/0001.png', '01/test/ok/0002.png'],
        ...['01/test/ko/0003.png', '01/test/ko/0004.png', '02/train/ok/0000.png'],
      ].entries()) {
        await writeGrey(join(root, path), 10 * (index + 1));
      }
      await writeGrey(join(root, '01/ground_truth/ko/0003.png'), 255);
      await writeGrey(join(root, '01/ground_truth/ko/0004.png'), 127);
      await work(root);
    });

  it('calls its folders ok and ko', () =>
    withBtad(async (root) => {
      const open = (split: 'train' | 'test') => openDataset(BTAD, { root, category: '01', split, size });
      expect((await open('train')).entries.map(({ id, defectType: kind }) => [id, kind])).toEqual([
        ['train/ok/0000.png', 'good'],
        ['train/ok/0001.png', 'good'],
      ]);
      const test = await read(await open('test'));
      expect(test.map(({ id, defectType: kind, label, mask }) => [id, kind, label, mask?.[0]])).toEqual([
        ['test/ko/0003.png', 'ko', 1, 1],
        ['test/ko/0004.png', 'ko', 1, 1],
        ['test/ok/0002.png', 'good', 0, 0],
      ]);
    }));

  it('may have masks that end otherwise than their images', () =>
    withBtad(async (root) => {
      const ground = join(root, '01/ground_truth/ko');
      // What is read is decided by the bytes, what is found by the name.
      await rename(join(ground, '0003.png'), join(ground, '0003.bmp'));
      const { entries } = await openDataset(BTAD, { root, category: '01', split: 'test', size });
      expect(entries[0]?.mask).toEqual({ path: join(ground, '0003.bmp') });
    }));
});

describe('the magnetic tiles', () => {
  const withTiles = (work: (root: string) => Promise<void>): Promise<void> =>
    inTempFolder(async (root) => {
      const write = async (kind: string, count: number, masks: boolean) => {
        for (let index = 0; index < count; index++) {
          const stem = join(root, `MT_${kind}/Imgs/exp${index}_num_${kind.length}`);
          const value = kind.length * 20 + index;
          await writeBytes(`${stem}.jpg`, await flat([value, value, value], [8, 6]).jpeg().toBuffer());
          if (!masks) continue;
          // The left half of all but the first lies below the cut.
          const values = Uint8Array.from({ length: 48 }, (_, at) => (index > 0 && at % 6 < 3 ? 127 : 128));
          await writeBytes(
            `${stem}.png`,
            await picture(values, [8, 6]).toColourspace('b-w').png().toBuffer(),
          );
        }
      };
      await write('Free', 10, true);
      await write('Crack', 2, true);
      await write('Blowhole', 2, true);
      await work(root);
    });
  const open = (root: string, split: 'train' | 'test', seed = 0) =>
    openDataset(MAGNETIC_TILE, { root, split, size, seed });

  it('are divided by seed, and say how', () =>
    withTiles(async (root) => {
      const [train, test] = [await open(root, 'train'), await open(root, 'test')];
      expect(train.count).toBe(8);
      expect(train.entries.every(({ defectType: kind, label }) => kind === 'good' && label === 0)).toBe(true);
      const kinds = test.entries.map(({ defectType: kind }) => kind);
      expect(kinds).toEqual(['Blowhole', 'Blowhole', 'Crack', 'Crack', 'good', 'good']);
      expect(train.splits).toEqual(test.splits);
      expect((await open(root, 'train', 1)).entries).not.toEqual(train.entries);
    }));

  it('have masks beside the images, cut at 127, and none of the good ones is read', () =>
    withTiles(async (root) => {
      const records = await read(await open(root, 'test'));
      expect(records.map(({ id, mask }) => [dirname(id), mask?.[0]])).toEqual([
        ['MT_Blowhole/Imgs', 1],
        ['MT_Blowhole/Imgs', 0],
        ['MT_Crack/Imgs', 1],
        ['MT_Crack/Imgs', 0],
        ['MT_Free/Imgs', 0],
        ['MT_Free/Imgs', 0],
      ]);
    }));

  it('may lie in the folder of the archive', () =>
    withTiles(async (root) => {
      await inTempFolder(async (around) => {
        await mkdir(around, { recursive: true });
        await cp(root, join(around, 'Magnetic-tile-defect-datasets.-master'), { recursive: true });
        expect((await open(around, 'train')).count).toBe(8);
      });
    }));

  it('have one category alone', () =>
    withTiles(async (root) => {
      const named = openDataset(MAGNETIC_TILE, { root, category: 'Crack', size });
      await expect(named).rejects.toMatchObject({ code: 'category-unknown' });
      expect(await treeCategories(MAGNETIC_TILE, root)).toEqual([]);
    }));
});

describe('a tree of your own', () => {
  const layout: TreeLayout = {
    images: { by: 'folder', train: '{category}/fit', test: '{category}/check/{kind}_images' },
    good: 'fine',
    masks: { paths: ['{category}/truth/{kind}/{stem}.tif.png'], threshold: 10 },
  };

  it('is a description, not a loader', () =>
    inTempFolder(async (root) => {
      for (const path of [
        'x/fit/1.png',
        'x/check/fine_images/2.png',
        'x/check/bad_images/in/3.png',
        'y/fit/1.png',
      ]) {
        await writeGrey(join(root, path));
      }
      await writeGrey(join(root, 'x/truth/bad/in/3.tif.png'), 11);
      expect(await treeCategories({ format: 'tree', layout }, root)).toEqual(['x', 'y']);
      const test = await read(
        await openDataset({ format: 'tree', layout }, { root, category: 'x', split: 'test', size }),
      );
      expect(test.map(({ id, defectType: kind, mask }) => [id, kind, mask?.[0]])).toEqual([
        ['check/bad_images/in/3.png', 'bad', 1],
        ['check/fine_images/2.png', 'good', 0],
      ]);
    }));
});

describe('the known datasets', () => {
  it('have names of their own, a licence, a citation, and a way to their files', () => {
    expect(new Set(KNOWN_DATASETS.map(({ id }) => id)).size).toBe(KNOWN_DATASETS.length);
    for (const { id, licence, citation, tree, sources, manual, homepage } of KNOWN_DATASETS) {
      expect(URL.canParse(licence.url), id).toBe(true);
      expect(URL.canParse(homepage), id).toBe(true);
      expect(citation, id).toMatch(/(19|20)\d\d/);
      expect(tree.length, id).toBeGreaterThan(0);
      expect(sources.length + (manual?.length ?? 0), id).toBeGreaterThan(0);
    }
  });

  it('say of every hash where it was published', () => {
    for (const { url, sha256, md5, hashSource } of KNOWN_DATASETS.flatMap(({ sources }) => sources)) {
      if (sha256 !== undefined) expect(sha256, url).toMatch(/^[0-9a-f]{64}$/);
      if (md5 !== undefined) expect(md5, url).toMatch(/^[0-9a-f]{32}$/);
      expect(hashSource !== undefined, url).toBe(sha256 !== undefined || md5 !== undefined);
    }
  });
});
