import { copyFile, mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CIFAR10, MAGNETIC_TILE, MNIST, MVTEC_AD, VISA } from '@utad/datasets';
import { checkDataset, type DatasetLocation, type DatasetReport } from '@utad/datasets/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digit, idx, MNIST_FILES, writeBytes, writeDigits } from '../class-files';
import { flat, picture, writeGrey } from '../pictures';
import { makeTempFolder } from '../temp-folder';

let root = '';

beforeEach(async () => {
  root = await makeTempFolder();
});

afterEach(() => rm(root, { recursive: true, force: true }));

const at = (path: string) => join(root, path);

/** A mask of 8x8 in which so many pixels are marked. */
async function writeMask(path: string, marked: number, value = 255): Promise<void> {
  await mkdir(dirname(at(path)), { recursive: true });
  const pixels = Uint8Array.from({ length: 64 }, (_, index) => (index < marked ? value : 0));
  await writeFile(at(path), await picture(pixels, [8, 8]).toColourspace('b-w').png().toBuffer());
}

/** `nut` in the layout of MVTec AD: 3 for training, 2 good ones and 2 with a scratch for testing, 8x8, all different. */
async function writeNut(): Promise<void> {
  for (const [index, path] of [
    'train/good/0.png',
    'train/good/1.png',
    'train/good/2.png',
    'test/good/0.png',
    'test/good/1.png',
    'test/scratch/0.png',
    'test/scratch/1.png',
  ].entries()) {
    await writeGrey(at(`nut/${path}`), 10 * index);
  }
  await writeMask('nut/ground_truth/scratch/0_mask.png', 4);
  await writeMask('nut/ground_truth/scratch/1_mask.png', 16);
}

const mvtec = (categories?: readonly string[]): DatasetLocation => ({
  source: 'tree',
  known: MVTEC_AD,
  root,
  ...(categories && { categories }),
});

const wrong = ({ findings }: DatasetReport) =>
  findings.filter((finding) => finding.wrong).map(({ code }) => code);

describe('checkDataset', () => {
  it('counts images, masks, sizes, modes and what is marked', async () => {
    await writeNut();
    const seen: (readonly [number, number])[] = [];
    const report = await checkDataset(mvtec(), { onProgress: (done, total) => seen.push([done, total]) });
    expect(report).toEqual({
      images: 7,
      counts: [
        { category: 'nut', split: 'train', defectType: 'good', images: 3, masks: 0 },
        { category: 'nut', split: 'test', defectType: 'good', images: 2, masks: 0 },
        { category: 'nut', split: 'test', defectType: 'scratch', images: 2, masks: 2 },
      ],
      sizes: [{ size: [8, 8], images: 7 }],
      modes: [{ mode: 'grey', images: 7 }],
      // 4 and 16 of 64 pixels.
      marked: { least: 0.0625, median: 0.15625, most: 0.25 },
      findings: [],
    });
    expect(seen.at(-1)).toEqual([7, 7]);
  });

  it('tells modes and sizes apart, the most frequent first', async () => {
    await mkdir(at('good'));
    const files = {
      'a.png': flat([1, 2, 3], [4, 6]).png(),
      'b.png': flat([1, 2, 4], [4, 6]).png(),
      'c.png': flat([1, 2, 3, 100], [4, 6]).png(),
      'd.png': picture(
        Uint16Array.from({ length: 16 }, (_, index) => index * 4000),
        [4, 4],
      )
        .toColourspace('grey16')
        .png(),
      'e.jpg': flat([1, 2, 3], [4, 6]).toColourspace('cmyk').jpeg(),
    };
    for (const [name, image] of Object.entries(files))
      await writeFile(at(`good/${name}`), await image.toBuffer());
    const { modes, sizes } = await checkDataset({ source: 'folder', root });
    expect(modes).toEqual([
      { mode: 'RGB', images: 2 },
      { mode: 'RGB with alpha', images: 1 },
      { mode: 'grey, 16-bit', images: 1 },
      { mode: 'CMYK', images: 1 },
    ]);
    expect(sizes).toEqual([
      { size: [4, 6], images: 4 },
      { size: [4, 4], images: 1 },
    ]);
  });

  it.each<readonly [string, () => Promise<unknown>, readonly string[], RegExp]>([
    [
      'a missing mask',
      () => rm(at('nut/ground_truth/scratch/1_mask.png')),
      ['mask-missing'],
      /^expected a mask at .*1_mask\.png for .*scratch.1\.png, found none$/,
    ],
    [
      'a mask without an image',
      () => rm(at('nut/test/scratch/1.png')),
      ['mask-without-image'],
      /found none for .*1_mask\.png$/,
    ],
    [
      'a mask of another size',
      () => writeGrey(at('nut/ground_truth/scratch/1_mask.png'), 255, [8, 9]),
      ['mask-size'],
      /to be 8x8 as .*1\.png is, found 8x9$/,
    ],
    [
      'a mask in which nothing is bright enough',
      () => writeMask('nut/ground_truth/scratch/1_mask.png', 64, 0),
      ['mask-empty'],
      /pixels above 0 in .*1_mask\.png, found none: its brightest value is 0$/,
    ],
    [
      'a mask that marks a good image',
      () => writeMask('nut/ground_truth/good/0_mask.png', 2),
      ['mask-without-image'],
      /no mask of the good image .*good.0\.png/,
    ],
    ['an image that is cut off', () => truncate(at('nut/train/good/1.png'), 70), ['unreadable'], /1\.png$/],
    [
      'an empty file',
      () => truncate(at('nut/train/good/1.png'), 0),
      ['unreadable'],
      /received 0 bytes in .*1\.png$/,
    ],
    [
      'a text that calls itself an image',
      () => writeFile(at('nut/test/good/1.png'), 'no image'),
      ['unreadable'],
      /received 8 bytes .*1\.png$/,
    ],
    [
      'a mask that is none',
      () => writeFile(at('nut/ground_truth/scratch/0_mask.png'), 'no image'),
      ['unreadable'],
      /0_mask\.png$/,
    ],
    [
      'an image for training and for testing',
      () => copyFile(at('nut/train/good/2.png'), at('nut/test/good/1.png')),
      ['duplicate-across'],
      /^the same image as nut\/train\/good and nut\/test\/good: .*2\.png, .*1\.png$/,
    ],
    [
      'an image that is good and defective',
      () => copyFile(at('nut/test/good/0.png'), at('nut/test/scratch/1.png')),
      ['duplicate-across'],
      /nut\/test\/good and nut\/test\/scratch/,
    ],
    [
      'no training images',
      () => rm(at('nut/train/good'), { recursive: true }),
      ['listing'],
      /^expected train images in .*good, found none$/,
    ],
  ])('finds %s', async (_, damage, findings, message) => {
    await writeNut();
    await damage();
    const report = await checkDataset(mvtec());
    expect(wrong(report)).toEqual(findings);
    expect(report.findings[0]?.message).toMatch(message);
    expect(report.findings[0]?.message).not.toContain('\n');
    expect(report.findings[0]?.paths.length).toBeGreaterThan(0);
  });

  it('goes on after the first thing that is wrong, and after the last', async () => {
    await writeNut();
    await rm(at('nut/ground_truth/scratch/0_mask.png'));
    await writeFile(at('nut/train/good/0.png'), '');
    await writeFile(at('nut/train/good/1.png'), '');
    await copyFile(at('nut/train/good/2.png'), at('nut/test/good/0.png'));
    const report = await checkDataset(mvtec());
    expect(wrong(report)).toEqual(['mask-missing', 'unreadable', 'unreadable', 'duplicate-across']);
    expect(report).toMatchObject({ images: 7, sizes: [{ images: 5 }], marked: { least: 0.25, most: 0.25 } });
  });

  it('only notes what does no harm: twice the same for training, no masks at all', async () => {
    await writeNut();
    await copyFile(at('nut/train/good/0.png'), at('nut/train/good/1.png'));
    await rm(at('nut/ground_truth'), { recursive: true });
    const { findings } = await checkDataset(mvtec());
    expect(findings.map(({ code, wrong }) => [code, wrong])).toEqual([
      ['no-masks', false],
      ['duplicate', false],
    ]);
  });

  it('looks at the categories wanted, and names those that there are', async () => {
    await writeNut();
    await writeGrey(at('bolt/train/good/0.png'), 200);
    await writeGrey(at('bolt/test/good/0.png'), 201);
    expect((await checkDataset(mvtec(['bolt']))).images).toBe(2);
    expect((await checkDataset(mvtec())).images).toBe(9);
    await expect(checkDataset(mvtec(['screw']))).rejects.toThrow(
      /^category: expected bolt, nut, received screw/,
    );
    await expect(checkDataset({ source: 'tree', known: VISA, root })).rejects.toThrow(
      /^root: expected split_csv\/1cls\.csv in .*, found none$/,
    );
  });

  it('takes masks that lie among the images for masks, with the threshold of the layout', async () => {
    await writeGrey(at('MT_Free/Imgs/a.jpg'), 1);
    await writeGrey(at('MT_Crack/Imgs/b.jpg'), 2);
    await writeMask('MT_Crack/Imgs/b.png', 3, 128);
    const report = await checkDataset({ source: 'tree', known: MAGNETIC_TILE, root });
    expect(report).toMatchObject({ images: 2, marked: { least: 3 / 64 }, findings: [] });
    expect(report.counts.map(({ defectType: kind, images, masks }) => [kind, images, masks])).toEqual([
      ['Crack', 1, 1],
      ['good', 1, 0],
    ]);
  });

  it('checks a plain folder and a manifest, and tells what they cannot be opened for', async () => {
    await writeGrey(at('good/0.png'), 1);
    await writeGrey(at('dent/0.png'), 2);
    await writeMask('masks/dent/0.png', 5);
    expect(await checkDataset({ source: 'folder', root })).toMatchObject({ images: 2, findings: [] });
    await rm(at('masks/dent/0.png'));
    expect(wrong(await checkDataset({ source: 'folder', root }))).toEqual(['mask-missing']);
    const file = at('list.csv');
    await writeFile(file, 'path,label\ngood/0.png,0\ndent/0.png,1\ngone.png,0\n');
    const report = await checkDataset({ source: 'manifest', file });
    expect(wrong(report)).toEqual(['unreadable']);
    expect(report.images).toBe(3);
    await writeFile(file, 'path,label\ngood/0.png,maybe\n');
    expect(wrong(await checkDataset({ source: 'manifest', file }))).toEqual(['listing']);
  });

  describe('of a manifest names every line that is wrong', () => {
    const jsonLine = (row: object | string) => (typeof row === 'string' ? row : JSON.stringify(row));
    const cases: Record<string, readonly [name: string, lines: readonly string[], found: readonly RegExp[]]> =
      {
        'rows of a table': [
          'list.csv',
          [
            'path,label,kind,mask',
            'good/0.png,good,,',
            'good/1.png,perhaps,,',
            ',0,,',
            'dent/0.png,1,dent,m.png',
            'good/0.png,0,dent,',
            '../x.png,0,,',
            'good/2.png,0,,m.png',
            'good/0.png,0,,',
            'good/3.png,0',
            'dent/1.png,1,dent,',
          ],
          [
            /list\.csv, line 3: expected a label of .*, received perhaps$/,
            /line 4: expected a path, received none$/,
            /line 6: expected a label and a kind that agree, received 0 and dent$/,
            /line 7: expected a path inside .*, received \.\.\/x\.png$/,
            /line 8: expected no mask for a good image, received m\.png$/,
            /line 9: expected each image once, received good\/0\.png of line 2 again$/,
            /line 10: expected 4 cells as in the header, received 2$/,
            /line 11: expected a mask as in line 5, received none for dent\/1\.png$/,
          ],
        ],
        'more than one thing in a row': [
          'list.csv',
          ['path,label,split', 'good/0.png,0,train', ',perhaps,later', 'dent/0.png,1,train', 'good/1.png,0,'],
          [
            /line 3: expected a path, received none$/,
            /line 3: expected a label/,
            /line 3: expected a split of train, validation, test, received later$/,
            /line 4: expected good images in train, received 1$/,
            /line 5: expected a split as in line 2, received none$/,
          ],
        ],
        'JSON lines': [
          'list.jsonl',
          [
            jsonLine({ path: 'good/0.png', label: 0 }),
            'none',
            jsonLine({ path: 'dent/0.png' }),
            '[1]',
            jsonLine({ label: 0 }),
          ],
          [
            /list\.jsonl, line 2: expected a JSON object, received none$/,
            /line 3: expected a label or a kind, received neither$/,
            /line 4: expected a JSON object, received \[1\]$/,
            /line 5: expected a path, received none$/,
          ],
        ],
        'a header without paths, after which no line means anything': [
          'list.csv',
          ['file,label', 'good/0.png,perhaps'],
          [/line 1: expected the columns path, received file, label without path$/],
        ],
        'lines before what is no CSV': [
          'list.csv',
          ['path,label', 'good/0.png,perhaps', 'good/1.png,0', '"good/2.png"x,0', 'good/3.png,perhaps'],
          [/line 2: expected a label/, /line 4: expected CSV, received .*[Qq]uote/],
        ],
      };

    it.each(Object.entries(cases))('%s', async (_, [name, lines, found]) => {
      for (const path of ['good/0.png', 'good/1.png', 'dent/0.png', 'dent/1.png']) {
        await writeGrey(at(path), 10 * path.length + Number(path.includes('1')));
      }
      await writeMask('m.png', 5);
      await writeFile(at(name), `${lines.join('\n')}\n`);
      const { findings } = await checkDataset({ source: 'manifest', file: at(name) });
      const listing = findings.filter(({ paths }) => paths[0] === at(name));
      expect(listing).toHaveLength(found.length);
      for (const [index, message] of found.entries()) expect(listing[index]?.message).toMatch(message);
      for (const { wrong, message } of listing) {
        expect(wrong).toBe(true);
        expect(message).not.toContain('\n');
      }
    });

    it('and looks at the images of the others', async () => {
      await writeGrey(at('good/0.png'), 1);
      await writeFile(at('good/1.png'), 'no image');
      await writeFile(at('list.csv'), 'path,label\ngood/0.png,perhaps\ngood/1.png,0\ngood/0.png,0\n');
      const report = await checkDataset({ source: 'manifest', file: at('list.csv') });
      expect(wrong(report)).toEqual(['listing', 'unreadable']);
      expect(report).toMatchObject({ images: 2, counts: [{ split: 'all', defectType: 'good', images: 2 }] });
    });

    it('up to a hundred, and counts the rest', async () => {
      const lines = Array.from({ length: 250 }, (_, index) => `good/${index}.png,perhaps`);
      await writeFile(at('list.csv'), `path,label\n${lines.join('\n')}\n`);
      const { findings } = await checkDataset({ source: 'manifest', file: at('list.csv') });
      expect(findings).toHaveLength(101);
      expect(findings[99]?.message).toMatch(/line 101: /);
      expect(findings[100]).toMatchObject({ code: 'listing', wrong: true, count: 150 });
      expect(findings[100]?.message).toMatch(/list\.csv: 150 more wrong things in other lines$/);
    });
  });

  it('counts classes, and finds a digit that is in both splits', async () => {
    await writeDigits(root, { train: [3, 3, 7], test: [7, 0] });
    const known = { ...MNIST, images: { train: 3, test: 2 } };
    const report = await checkDataset({ source: 'classes', known, root });
    expect(report).toMatchObject({
      images: 5,
      sizes: [{ size: [4, 6], images: 5 }],
      modes: [{ mode: 'grey', images: 5 }],
      findings: [],
    });
    const counted = report.counts.filter(({ images }) => images > 0);
    expect(counted.map(({ split, defectType: kind, images }) => [split, kind, images])).toEqual([
      ['train', '3', 2],
      ['train', '7', 1],
      ['test', '0', 1],
      ['test', '7', 1],
    ]);

    const images = [digit('train', 2, [4, 6]), digit('test', 1, [4, 6])].flatMap((pixels) => [...pixels]);
    await writeBytes(join(root, MNIST_FILES.testImages), gzipSync(idx([2, 4, 6], images)));
    const { findings } = await checkDataset({ source: 'classes', known: MNIST, root });
    expect(findings.map(({ message }) => message)).toEqual([
      'expected 60000 train images as MNIST has, found 3',
      'expected 10000 test images as MNIST has, found 2',
      'the same image as train/7 and test/7: train/00002, test/00000',
    ]);
    await expect(checkDataset({ source: 'classes', known: CIFAR10, root })).rejects.toThrow(
      /data_batch_1\.bin/,
    );
  });

  it('stops when it is told to', async () => {
    await writeNut();
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    await expect(checkDataset(mvtec(), { signal: controller.signal })).rejects.toThrow('enough');
  });
});

const data = process.env.UTAD_TEST_DATA;

describe.skipIf(data === undefined)('MVTec AD itself (skipped without UTAD_TEST_DATA)', () => {
  it('has 480 screws, none twice, with masks that mark at most a hundredth of an image', async () => {
    const report = await checkDataset({
      source: 'tree',
      known: MVTEC_AD,
      root: join(data ?? '', 'mvtec_ad_384'),
      categories: ['screw'],
    });
    expect(report).toMatchObject({ images: 480, sizes: [{ size: [384, 384], images: 480 }], findings: [] });
    expect(report.marked?.least).toBeGreaterThan(0);
    expect(report.marked?.most).toBeLessThan(0.011);
  });
});
