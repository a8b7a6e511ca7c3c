import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Size } from '@utad/core';
import { MVTEC_AD } from '@utad/datasets';
import { openDataset } from '@utad/datasets/node';
import { synthesize } from '@utad/synthetic';
import { writeSynthetic } from '@utad/synthetic/node';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordsOf } from './photos/photographs';
import { inTempFolder, makeTempFolder } from './temp-folder';

const SMALL = { categories: ['button'], train: 2, good: 2, defective: 1, size: [32, 32] } as const;

describe('writing a synthetic dataset', () => {
  it('makes the tree of MVTec AD, and counts images', () =>
    inTempFolder(async (folder) => {
      const steps: [number, number][] = [];
      const out = join(folder, 'new', 'set');
      const counts = await writeSynthetic({ ...SMALL, out, onProgress: (...step) => steps.push(step) });
      expect(counts).toEqual({ train: 2, test: 7 });
      expect(steps).toEqual(Array.from({ length: 9 }, (_, index) => [index + 1, 9]));

      const files = (await readdir(out, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) =>
          join(entry.parentPath, entry.name)
            .slice(out.length + 1)
            .replaceAll('\\', '/'),
        );
      const defects = ['contamination', 'hole', 'missing', 'scratch', 'stain'];
      expect(files.sort()).toEqual(
        [
          ...['train/good/000.png', 'train/good/001.png', 'test/good/000.png', 'test/good/001.png'],
          ...defects.flatMap((defect) => [
            `test/${defect}/000.png`,
            `ground_truth/${defect}/000_mask.png`,
            `clean_twin/${defect}/000.png`,
          ]),
        ]
          .map((path) => `button/${path}`)
          .concat('synthetic.json')
          .sort(),
      );
    }));

  it('puts the validation split in the same tree, with other pictures in it, and says so', () =>
    inTempFolder(async (folder) => {
      const [test, validation] = [join(folder, 'test'), join(folder, 'validation')];
      await writeSynthetic({ ...SMALL, out: test });
      await writeSynthetic({ ...SMALL, out: validation, testSplit: 'validation' });
      const files = async (root: string) => (await readdir(root, { recursive: true })).sort();
      expect(await files(validation)).toEqual(await files(test));
      const same = async (path: string) =>
        (await readFile(join(test, path))).equals(await readFile(join(validation, path)));
      expect(await same('button/train/good/000.png')).toBe(true);
      expect(await same('button/test/good/000.png')).toBe(false);
      expect(await same('button/clean_twin/hole/000.png')).toBe(false);
      const made: unknown = JSON.parse(await readFile(join(validation, 'synthetic.json'), 'utf8'));
      expect(made).toMatchObject({ testSplit: 'validation' });
    }));

  it('draws the defects that were asked for, as they were asked for', () =>
    inTempFolder(async (folder) => {
      const out = join(folder, 'set');
      const asked = { defects: ['crack'], defectSize: 0.05, contrast: [0.05, 0.06] } as const;
      await writeSynthetic({ ...SMALL, categories: ['tile'], ...asked, out });
      expect((await readdir(join(out, 'tile', 'test'))).sort()).toEqual(['crack', 'good']);
      const mask = await sharp(join(out, 'tile/ground_truth/crack/000_mask.png'))
        .extractChannel(0)
        .raw()
        .toBuffer();
      const share = mask.filter((value) => value > 0).length / (32 * 32);
      expect(share).toBeGreaterThan(0.045);
      expect(share).toBeLessThan(0.055);
      const made: unknown = JSON.parse(await readFile(join(out, 'synthetic.json'), 'utf8'));
      expect(made).toMatchObject(asked);
    }));

  it('leaves a folder that is there alone, and replaces it only if asked', () =>
    inTempFolder(async (folder) => {
      const out = join(folder, 'set');
      await writeSynthetic({ ...SMALL, out });
      await writeFile(join(out, 'mine.txt'), 'mine');
      await expect(writeSynthetic({ ...SMALL, out })).rejects.toMatchObject({
        name: 'SyntheticError',
        code: 'exists',
        message: `expected no folder at ${out}, found one; force replaces it`,
      });
      expect(await readFile(join(out, 'mine.txt'), 'utf8')).toBe('mine');
      await writeSynthetic({ ...SMALL, categories: ['wood'], out, force: true });
      expect((await readdir(out)).sort()).toEqual(['synthetic.json', 'wood']);
      expect(await readdir(folder)).toEqual(['set']);
    }));

  it('never replaces a folder of other things', () =>
    inTempFolder(async (folder) => {
      await writeFile(join(folder, 'mine.txt'), 'mine');
      await expect(writeSynthetic({ ...SMALL, out: folder, force: true })).rejects.toMatchObject({
        code: 'exists',
        message: `expected a folder of synthetic images to replace at ${folder}, found another`,
      });
      expect(await readdir(folder)).toEqual(['mine.txt']);
    }));

  it('leaves nothing behind when it is aborted', () =>
    inTempFolder(async (folder) => {
      const control = new AbortController();
      const onProgress = (done: number) => done === 4 && control.abort();
      const writing = writeSynthetic({
        ...SMALL,
        out: join(folder, 'set'),
        signal: control.signal,
        onProgress,
      });
      await expect(writing).rejects.toMatchObject({ name: 'AbortError' });
      expect(await readdir(folder)).toEqual([]);
    }));

  it.each([
    { categories: [] },
    { categories: ['button', 'wood', 'button'] as const },
    { train: 0 },
    { defective: 0.5 },
    { size: [16, 16] as const },
    { defects: ['misprint'] as const },
    { severity: 2 },
  ])('refuses %j and keeps the folder that it would have replaced', (options) =>
    inTempFolder(async (folder) => {
      const out = join(folder, 'set');
      await writeSynthetic({ ...SMALL, out });
      const files = await readdir(out, { recursive: true });
      await expect(writeSynthetic({ ...SMALL, ...options, out, force: true })).rejects.toMatchObject({
        code: 'invalid-option',
      });
      expect(await readdir(out, { recursive: true })).toEqual(files);
      expect(await readdir(folder)).toEqual(['set']);
    }),
  );
});

describe('a synthetic category on disk', () => {
  const SIZE: Size = [32, 40];
  let root = '';
  beforeAll(async () => {
    root = await makeTempFolder();
    const counts = { train: 4, good: 5, defective: 2 };
    await writeSynthetic({ out: join(root, 'set'), categories: ['washer'], ...counts, size: SIZE, seed: 3 });
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  const open = (split: 'train' | 'test') =>
    openDataset(MVTEC_AD, { root: join(root, 'set'), category: 'washer', split, size: SIZE });

  it('has good images alone in train, as they were drawn', async () => {
    const data = await open('train');
    const drawn = synthesize({ category: 'washer', split: 'train', count: 4, size: SIZE, seed: 3 });
    expect(data.count).toBe(4);
    for (const [index, record] of (await recordsOf(data)).entries()) {
      const { id, image } = drawn.record(index);
      expect(record).toEqual({
        id: `${id}.png`,
        label: 0,
        defectType: 'good',
        image,
        size: SIZE,
        channels: 3,
      });
    }
  });

  it('gives back every test image, mask and clean twin byte for byte', async () => {
    const drawn = synthesize({
      category: 'washer',
      split: 'test',
      count: 5,
      defective: 2,
      size: SIZE,
      seed: 3,
    });
    const records = new Map((await recordsOf(await open('test'))).map((record) => [record.id, record]));
    expect(records.size).toBe(15);
    for (const expected of await recordsOf(drawn)) {
      const id = `${expected.id}.png`;
      expect(records.get(id)).toEqual({ ...expected, id, maskSize: SIZE });
    }
  });
});
