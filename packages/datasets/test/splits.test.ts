import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  dividedBy,
  expectDisjoint,
  type ImageEntry,
  readSplits,
  type SplitShares,
  type Splits,
  splitBySeed,
  writeSplits,
} from '@utad/datasets/node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeBytes } from './class-files';
import { inTempFolder } from './temp-folder';

const good = (count: number): ImageEntry[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `good/${index}`,
    label: 0,
    defectType: 'good',
    path: `g${index}`,
  }));
const defective = (defectType: string, count: number): ImageEntry[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `${defectType}/${index}`,
    label: 1,
    defectType,
    path: `${defectType}${index}`,
  }));
const kindsOf = (ids: readonly string[]) => ids.map((id) => id.split('/')[0]);

const shares: fc.Arbitrary<SplitShares> = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 5 }))
  .map(([train, validation, test]) => {
    const total = train + validation + test;
    return { train: train / total, validation: validation / total, test: test / total };
  });

describe('splits by seed', () => {
  it('put every image in one split, no defective one in train, and no split with a share without a good one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 60 }),
        fc.integer({ min: 0, max: 20 }),
        fc.integer(),
        shares,
        (goods, defects, seed, wanted) => {
          const entries = [...good(goods), ...defective('cut', defects), ...defective('bent', 3)];
          const splits = splitBySeed(entries, { seed, shares: wanted });
          const all = [...splits.train, ...splits.validation, ...splits.test];
          expect([...all].sort()).toEqual(entries.map(({ id }) => id).sort());
          expect(new Set(kindsOf(splits.train))).toEqual(new Set(['good']));
          for (const split of ['train', 'validation', 'test'] as const) {
            const has = kindsOf(splits[split]).includes('good');
            expect(has).toBe(wanted[split] > 0);
            const share = kindsOf(splits[split]).filter((defectType) => defectType === 'good').length / goods;
            expect(Math.abs(share - wanted[split])).toBeLessThan(2.5 / goods);
          }
        },
      ),
    );
  });

  it('are four in five good images for training, and everything else for testing, where nothing is said', () => {
    const { train, validation, test, made } = splitBySeed([...good(10), ...defective('cut', 4)]);
    expect([train.length, validation.length]).toEqual([8, 0]);
    expect(kindsOf(test)).toEqual(['good', 'good', 'cut', 'cut', 'cut', 'cut']);
    expect(made).toEqual({ seed: 0, shares: { train: 0.8, validation: 0, test: 0.2 } });
  });

  it('divide each kind of defect between validation and testing as these share the good images', () => {
    const splits = splitBySeed([...good(20), ...defective('cut', 8), ...defective('bent', 4)], {
      shares: { train: 0.5, validation: 0.125, test: 0.375 },
    });
    expect(kindsOf(splits.validation).filter((defectType) => defectType === 'cut')).toHaveLength(2);
    expect(kindsOf(splits.validation).filter((defectType) => defectType === 'bent')).toHaveLength(1);
  });

  it('depend on the seed and keep the order', () => {
    const entries = good(50);
    const { train } = splitBySeed(entries, { seed: 4 });
    expect(splitBySeed(entries, { seed: 4 }).train).toEqual(train);
    expect(splitBySeed(entries, { seed: 5 }).train).not.toEqual(train);
    expect(train).toEqual(entries.map(({ id }) => id).filter((id) => train.includes(id)));
  });

  it('are refused with shares that are none, and with too few images', () => {
    const wrong = { train: 0.5, validation: 0, test: 0.4 };
    expect(() => splitBySeed(good(9), { shares: wrong })).toThrow(
      'shares: expected train, validation and test from 0, 1 together, received 0.5, 0, 0.4',
    );
    expect(() => splitBySeed(good(9), { shares: { train: 1.2, validation: -0.2, test: 0 } })).toThrow(
      'shares',
    );
    expect(() => splitBySeed([...good(1), ...defective('cut', 5)])).toThrow(
      'expected a good image for test at least, found 1 good images to divide by 0.8, 0, 0.2',
    );
  });
});

describe('recorded splits', () => {
  const entries = [...good(6), ...defective('cut', 2)];
  const splits = splitBySeed(entries, { seed: 7 });

  it('are read back as they were written, by whole files', () =>
    inTempFolder(async (folder) => {
      const path = join(folder, 'splits.json');
      await writeSplits(path, splits);
      expect(await readSplits(path)).toEqual(splits);
      const read: Splits = { ...splits, made: null };
      await writeSplits(path, read);
      expect(await readSplits(path)).toEqual(read);
      expect(await readdir(folder)).toEqual(['splits.json']);
    }));

  it('divide the images that they name, in the order of the images', () => {
    const divided = dividedBy(splits, [...entries].reverse());
    expect(divided.train.map(({ id }) => id)).toEqual([...splits.train].reverse());
    expect(divided.test.map(({ id }) => id)).toEqual([...splits.test].reverse());
  });

  it.each([
    [
      'an image is new',
      [...entries, ...good(7).slice(6)],
      splits,
      /every image in one of them, found good\/6 in none$/,
    ],
    [
      'an image is gone',
      entries.slice(1),
      splits,
      /images that are there, found 1 that are not, such as good\/0$/,
    ],
    [
      'a defective image would train',
      entries,
      { ...splits, train: [...splits.train, 'cut/0'], test: splits.test.filter((id) => id !== 'cut/0') },
      /good images in train, found cut\/0, which is cut$/,
    ],
  ])('are refused where %s', (_, images, recorded, message) => {
    expect(() => dividedBy(recorded, images)).toThrow(message);
  });

  it.each([
    ['no JSON', '{', /received something that is not JSON$/],
    ['another format', '{"format": 2}', /received something else$/],
    ['a list', '[]', /received something else$/],
    [
      'a split too few',
      JSON.stringify({ ...splits, test: undefined }),
      /a part that is missing or of another kind$/,
    ],
    [
      'numbers for names',
      JSON.stringify({ ...splits, test: [1] }),
      /a part that is missing or of another kind$/,
    ],
    [
      'no shares',
      JSON.stringify({ ...splits, made: { seed: 0 } }),
      /a part that is missing or of another kind$/,
    ],
    [
      'an image twice',
      JSON.stringify({ ...splits, test: [...splits.test, splits.train[0]] }),
      /received good\/\d twice$/,
    ],
  ])('are refused when the file holds %s', (_, text, message) =>
    inTempFolder(async (folder) => {
      const path = join(folder, 'splits.json');
      await writeFile(path, text);
      await expect(readSplits(path)).rejects.toMatchObject({
        code: 'manifest',
        message: expect.stringMatching(message),
      });
      expect(await readFile(path, 'utf8')).toBe(text);
    }),
  );

  it('are refused when there is no file', () =>
    inTempFolder(async (folder) => {
      await expect(readSplits(join(folder, 'none.json'))).rejects.toMatchObject({
        code: 'unreadable',
        message: expect.stringMatching(/^expected to read .*none\.json, received ENOENT$/),
      });
    }));
});

describe('duplicates', () => {
  const at = (path: string): ImageEntry => ({ id: path, label: 0, defectType: 'good', path });

  it('across splits are refused, naming both files', () =>
    inTempFolder(async (folder) => {
      const [a, b, c] = ['a', 'b', 'c'].map((name) => join(folder, name));
      for (const [path, text] of [
        [a, 'same'],
        [b, 'else'],
        [c, 'same'],
      ] as const)
        await writeBytes(path ?? '', text);
      const [first, second, third] = [at(a ?? ''), at(b ?? ''), at(c ?? '')];
      await expect(
        expectDisjoint({ train: [first], validation: [second], test: [third] }),
      ).rejects.toMatchObject({
        code: 'duplicate',
        message: `expected no image in two splits, found ${a} (train) and ${c} (test) with the same content`,
      });
      await expect(
        expectDisjoint({ train: [first, third], validation: [second], test: [] }),
      ).resolves.toBeUndefined();
    }));

  it('are looked for among files of one length alone', () =>
    inTempFolder(async (folder) => {
      const [a, b] = [join(folder, 'a'), join(folder, 'b')];
      await writeBytes(a, 'one');
      await writeBytes(b, 'three');
      await expect(
        expectDisjoint({ train: [at(a)], validation: [], test: [at(b)] }),
      ).resolves.toBeUndefined();
      const gone = expectDisjoint({ train: [at(a)], validation: [], test: [at(join(folder, 'c'))] });
      await expect(gone).rejects.toMatchObject({
        code: 'unreadable',
        message: expect.stringMatching(/ENOENT$/),
      });
    }));
});
