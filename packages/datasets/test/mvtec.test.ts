import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { randomStream, type Size } from '@utad/core';
import { type DatasetErrorCode, MVTEC_AD } from '@utad/datasets';
import { openDataset, type TreeOptions, treeCategories } from '@utad/datasets/node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { flat, picture, read, writeGrey } from './pictures';
import { inTempFolder, makeTempFolder } from './temp-folder';

const SIZE: Size = [32, 40];
const DEFECTS = ['contamination', 'hole', 'missing', 'scratch', 'stain'];

/** A category of noise, whose defects turn one corner of their clean twins around. */
async function writeCategory(folder: string): Promise<void> {
  const random = randomStream(basename(folder));
  const noise = () => Uint8Array.from({ length: SIZE[0] * SIZE[1] * 3 }, () => random.integer(0, 255));
  const write = async (path: string, pixels: Uint8Array) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), await picture(pixels, SIZE).png().toBuffer());
  };
  for (const index of [0, 1, 2, 3]) await write(`train/good/00${index}.png`, noise());
  for (const index of [0, 1, 2, 3, 4]) await write(`test/good/00${index}.png`, noise());
  for (const defect of DEFECTS) {
    for (const name of ['000', '001']) {
      const clean = noise();
      await write(`clean_twin/${defect}/${name}.png`, clean);
      await write(
        `test/${defect}/${name}.png`,
        clean.map((value, at) => (at < 120 ? 255 - value : value)),
      );
      const mask = Uint8Array.from({ length: SIZE[0] * SIZE[1] * 3 }, (_, at) => (at < 120 ? 255 : 0));
      await write(`ground_truth/${defect}/${name}_mask.png`, mask);
    }
  }
}

let root = '';
beforeAll(async () => {
  root = await makeTempFolder();
  for (const category of ['washer', 'weave']) await writeCategory(join(root, 'set', category));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const open = (options: Partial<TreeOptions> = {}) =>
  openDataset(MVTEC_AD, {
    root: join(root, 'set'),
    category: 'washer',
    split: 'test',
    size: SIZE,
    ...options,
  });

/** A copy of the washers that may be spoilt. */
const withCopy = (work: (copy: string) => Promise<void>): Promise<void> =>
  inTempFolder(async (folder) => {
    await cp(join(root, 'set', 'washer'), join(folder, 'washer'), { recursive: true });
    await work(folder);
  });

describe('a category on disk', () => {
  it.each(['train', 'test'] as const)('says which links in %s were left out', (split) =>
    withCopy(async (copy) => {
      const folder = join(copy, 'washer', split, 'good');
      const before = (await open({ root: copy, split })).count;
      await symlink(folder, join(folder, 'loop'));
      await symlink(dirname(folder), join(folder, 'up'));
      const { notes, count } = await open({ root: copy, split });
      expect(count).toBe(before);
      expect(notes).toEqual(['Links left out, since they lead to folders that are read already: 2.']);
    }),
  );

  it('has good images alone in train, without masks', async () => {
    const records = await read(await open({ split: 'train' }));
    expect(records).toHaveLength(4);
    for (const record of records) {
      expect(record).toMatchObject({ label: 0, defectType: 'good', size: SIZE, channels: 3 });
      expect(record).not.toHaveProperty('mask');
    }
  });

  it('has mask and clean twin of a defect, and an empty mask of a good test image', async () => {
    for (const { label, image, mask, maskSize, cleanTwin } of await read(await open())) {
      expect(maskSize).toEqual(SIZE);
      const differs = mask?.map((_, at) => (image[3 * at] === (cleanTwin ?? image)[3 * at] ? 0 : 1));
      expect(mask).toEqual(differs);
      expect(mask?.reduce((sum, value) => sum + value, 0)).toBe(label === 0 ? 0 : 40);
    }
  });

  it('lists kinds by name, and images in natural order', async () => {
    const kinds = ['contamination', 'good', 'hole', 'missing', 'scratch', 'stain'];
    const expected = kinds.flatMap((kind) =>
      Array.from({ length: kind === 'good' ? 5 : 2 }, (_, index) => `test/${kind}/00${index}.png`),
    );
    expect((await open()).entries.map(({ id }) => id)).toEqual(expected);
  });

  it('makes masks of a size of their own', async () => {
    const records = await read(await open({ maskSize: [64, 80] }));
    for (const { mask, maskSize, image } of records) {
      expect(image).toHaveLength(32 * 40 * 3);
      expect(mask).toHaveLength(64 * 80);
      expect(maskSize).toEqual([64, 80]);
    }
  });

  it('names the categories in a root', async () => {
    expect(await treeCategories(MVTEC_AD, join(root, 'set'))).toEqual(['washer', 'weave']);
  });
});

describe('reading in any order', () => {
  it('gives the records of the indices asked, repeated ones too', async () => {
    const data = await open();
    const all = await read(data);
    const order = [14, 0, 5, 2, 5, 5, 13, 1, 1, 9, 3];
    expect(await read(data, order)).toEqual(order.map((index) => all[index]));
  });

  it('may be left in the middle and begun again', async () => {
    const data = await open();
    for await (const record of data.records([3, 2, 1, 0])) {
      expect(record.id).toBe(data.entries[3]?.id);
      break;
    }
    expect((await read(data, [0]))[0]?.id).toBe(data.entries[0]?.id);
  });

  it.each([15, -1, 0.5])('refuses index %d before it reads any', async (index) => {
    await expect(read(await open(), [0, index])).rejects.toThrow(
      new RangeError(`records: expected an index below 15, received ${index}`),
    );
  });
});

describe('a limit', () => {
  const chosen = async (limit: number, seed = 0) => (await open({ limit, seed })).entries;

  it('gives every kind its share: two of each of six', async () => {
    const kinds = (await chosen(12)).map(({ defectType: kind }) => kind);
    expect(kinds).toEqual(
      ['contamination', 'good', 'hole', 'missing', 'scratch', 'stain'].flatMap((kind) => [kind, kind]),
    );
  });

  it('keeps the order, and is filled from the kinds that have more', async () => {
    const all = (await open()).entries;
    const some = await chosen(14);
    expect(some).toHaveLength(14);
    expect(some.filter(({ defectType: kind }) => kind === 'good')).toHaveLength(4);
    const places = some.map(({ id }) => all.findIndex((entry) => entry.id === id));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(await chosen(99)).toEqual(all);
  });

  it('chooses by seed alone', async () => {
    const choices = await Promise.all([0, 1, 2, 3, 4].map((seed) => chosen(6, seed)));
    expect(await chosen(6, 0)).toEqual(choices[0]);
    expect(new Set(choices.map((entries) => JSON.stringify(entries))).size).toBeGreaterThan(1);
  });
});

describe('the fingerprint', () => {
  it('is that of the content, wherever it lies', async () => {
    const { fingerprint } = await open();
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect((await open()).fingerprint).toBe(fingerprint);
    await withCopy(async (copy) => expect((await open({ root: copy })).fingerprint).toBe(fingerprint));
  });

  it('changes with size, mask size, choice, and one pixel of an image or mask', async () => {
    const of = async (options: Partial<TreeOptions>) => (await open(options)).fingerprint;
    const seen = [
      await of({}),
      await of({ size: [32, 32] }),
      await of({ maskSize: [8, 8] }),
      await of({ limit: 9 }),
    ];
    await withCopy(async (copy) => {
      await writeGrey(join(copy, 'washer/test/good/000.png'), 1, SIZE);
      seen.push(await of({ root: copy }));
      await writeGrey(join(copy, 'washer/ground_truth/hole/000_mask.png'), 255, SIZE);
      seen.push(await of({ root: copy }));
    });
    expect(new Set(seen).size).toBe(6);
  });
});

describe('a folder that is no such dataset', () => {
  const refused = async (options: Partial<TreeOptions>, code: DatasetErrorCode, said: RegExp) => {
    const error = await open(options).then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ name: 'DatasetError', code, message: expect.stringMatching(said) });
    expect(String(error)).not.toContain('\n');
  };

  it('because there is no root', async () => {
    await refused(
      { root: join(root, 'nowhere') },
      'root-missing',
      /^root: expected a folder, found nothing at .*nowhere$/,
    );
    const file = join(root, 'set/washer/train/good/000.png');
    await refused({ root: file }, 'root-missing', /^root: expected a folder, found a file at .*000\.png$/);
  });

  it.each(['bolt', '../set/washer', ''])(
    'because there is no category %j: those found are named',
    async (category) => {
      await refused({ category }, 'category-unknown', /^category: expected washer, weave, received .*set\)$/);
    },
  );

  it('because there is no category at all', async () => {
    const inside = join(root, 'set/washer');
    await refused(
      { root: join(inside, 'train') },
      'category-unknown',
      /of which there is none, received washer/,
    );
  });

  it.each(['train', 'test'] as const)('because %s is missing', (split) =>
    withCopy(async (copy) => {
      await rm(join(copy, 'washer', split), { recursive: true });
      await refused(
        { root: copy, split },
        'split-missing',
        /^expected (good|test) images in .*found no such folder$/,
      );
    }),
  );

  it('because train holds no image', () =>
    withCopy(async (copy) => {
      for (const index of [0, 1, 2, 3]) await rm(join(copy, `washer/train/good/00${index}.png`));
      await refused({ root: copy, split: 'train' }, 'empty', /^expected images in .*good, found none$/);
    }));

  it('because test holds no image', () =>
    withCopy(async (copy) => {
      await rm(join(copy, 'washer/test'), { recursive: true });
      await cp(join(copy, 'washer/train'), join(copy, 'washer/test/good'), { recursive: true });
      await rm(join(copy, 'washer/test/good/good'), { recursive: true });
      await refused({ root: copy }, 'empty', /^expected images in .*<kind>, found none$/);
    }));

  it('because one mask of many is missing', () =>
    withCopy(async (copy) => {
      await rm(join(copy, 'washer/ground_truth/stain/001_mask.png'));
      await refused({ root: copy }, 'mask-missing', /stain.001_mask\.png for .*stain.001\.png, found none$/);
    }));

  it.each(['ground_truth/hole/001_mask.png', 'clean_twin/hole/001.png'])(
    'because %s has another size than its image',
    (file) =>
      withCopy(async (copy) => {
        await writeGrey(join(copy, 'washer', file), 255, [40, 32]);
        await refused({ root: copy, onBad: 'skip' }, 'size-mismatch', /to be 32x40 as .*, found 40x32$/);
      }),
  );

  it('even where that is known before an earlier image is decoded, and without a stray rejection', () =>
    withCopy(async (copy) => {
      const at = (file: string) => join(copy, 'washer', file);
      await rm(at('clean_twin'), { recursive: true });
      await writeGrey(at('test/contamination/000.png'), 9, [3000, 3000]);
      await writeGrey(at('ground_truth/contamination/000_mask.png'), 255, [3000, 3000]);
      await writeGrey(at('ground_truth/contamination/001_mask.png'), 255, [8, 8]);
      const stray = vi.fn();
      process.on('unhandledRejection', stray);
      try {
        await refused({ root: copy }, 'size-mismatch', /contamination/);
      } finally {
        process.off('unhandledRejection', stray);
      }
      expect(stray).not.toHaveBeenCalled();
    }));

  it.each([
    { limit: 0 },
    { limit: 1.5 },
    { limit: Number.NaN },
    { size: [0, 32] },
    { maskSize: [32, -1] },
  ] as const)('or with options %j that mean nothing', (options) =>
    refused({ ...options, onBad: 'skip' }, 'invalid-option', /expected .* from 1, received/),
  );
});

describe('a file that is no image', () => {
  it('is found on opening, and named', () =>
    withCopy(async (copy) => {
      const path = join(copy, 'washer/train/good/002.png');
      await writeFile(path, '');
      await expect(open({ root: copy, split: 'train' })).rejects.toMatchObject({
        name: 'ImageError',
        path,
        reason: '0 bytes',
      });
    }));

  it('is left out and counted where that is asked: images, masks and twins', () =>
    withCopy(async (copy) => {
      const at = (file: string) => join(copy, 'washer', file);
      const truncated = (await readFile(at('test/good/001.png'))).subarray(0, 300);
      await writeFile(at('test/good/001.png'), truncated);
      await writeFile(at('ground_truth/hole/000_mask.png'), 'no mask');
      await writeFile(at('clean_twin/stain/001.png'), '');
      const data = await open({ root: copy, onBad: 'skip' });
      expect(data.count).toBe(12);
      expect(data.skipped.map(({ path }) => path)).toEqual(
        ['test/good/001.png', 'ground_truth/hole/000_mask.png', 'clean_twin/stain/001.png'].map(at),
      );
      expect(data.skipped.map(({ reason }) => reason)).toEqual([
        expect.stringMatching(/^300 bytes \(/),
        expect.stringMatching(/^7 bytes \(/),
        '0 bytes',
      ]);
      const ids = (await read(data)).map(({ id }) => id);
      expect(ids).toEqual(data.entries.map(({ id }) => id));
      expect(ids).not.toContain('test/hole/000.png');
    }));

  it('is an empty dataset when there is nothing else', () =>
    withCopy(async (copy) => {
      for (const index of [0, 1, 2, 3]) await writeFile(join(copy, `washer/train/good/00${index}.png`), '');
      await expect(open({ root: copy, split: 'train', onBad: 'skip' })).rejects.toMatchObject({
        code: 'empty',
        message: 'expected at least one readable image, found 4 bad ones alone',
      });
    }));
});

describe('opening', () => {
  it('counts what was converted, in words that are the same for images changed alike', () =>
    withCopy(async (copy) => {
      await writeGrey(join(copy, 'washer/train/good/000.png'), 9, SIZE);
      const file = await flat([1, 2, 3, 255], [8, 8]).png().toBuffer();
      await writeFile(join(copy, 'washer/train/good/001.png'), file);
      const { conversions } = await open({ root: copy, split: 'train', size: [16, 20] });
      expect(conversions).toEqual([
        { what: 'grey repeated over three channels', images: 1 },
        { what: 'resized from 32x40 to 16x20', images: 3 },
        { what: 'transparency laid over black', images: 1 },
        { what: 'resized from 8x8 to 16x20', images: 1 },
      ]);
    }));

  it('reports progress, and can be aborted', async () => {
    const steps: [number, number][] = [];
    await open({ split: 'train', onProgress: (done, total) => steps.push([done, total]) });
    expect(steps).toEqual([1, 2, 3, 4].map((done) => [done, 4]));
    const control = new AbortController();
    const opening = open({ signal: control.signal, onProgress: () => control.abort() });
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('tells images of the same name in inner folders apart', () =>
    withCopy(async (copy) => {
      await writeGrey(join(copy, 'washer/train/good/a/1.png'), 10);
      await writeGrey(join(copy, 'washer/train/good/b/1.png'), 20);
      const data = await open({ root: copy, split: 'train', size: [1, 1] });
      const inner = (await read(data)).filter(({ id }) => id.endsWith('/1.png'));
      expect(inner.map(({ id, image }) => [id, image[0]])).toEqual([
        ['train/good/a/1.png', 10],
        ['train/good/b/1.png', 20],
      ]);
    }));

  it('follows a category that is linked into place', () =>
    inTempFolder(async (folder) => {
      await symlink(join(root, 'set', 'washer'), join(folder, 'linked'), 'junction');
      const [linked, { fingerprint }] = [await open({ root: folder, category: 'linked' }), await open()];
      expect(linked.fingerprint).toBe(fingerprint);
    }));

  it('gives no masks in a category without ground truth', () =>
    withCopy(async (copy) => {
      await rm(join(copy, 'washer/ground_truth'), { recursive: true });
      for (const record of await read(await open({ root: copy }))) expect(record).not.toHaveProperty('mask');
    }));
});
