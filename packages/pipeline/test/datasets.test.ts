import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idx } from '../../../scripts/testing/idx-file';
import { DATASETS, type DataSource, openData, samePictures, sourceOf } from '../src/node/data';
import { newPlan, type TrainOptions } from '../src/node/train';

let root = '';

async function write(path: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), bytes);
}

const grey = (value: number) =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: { r: value, g: value, b: value } } });

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'utad-datasets-'));
  for (const [split, labels] of [
    ['train', [8, 1, 8, 8]],
    ['t10k', [0, 8, 3, 8]],
  ] as const) {
    await write(`mnist/${split}-labels-idx1-ubyte.gz`, idx([4], labels));
    await write(`mnist/${split}-images-idx3-ubyte.gz`, idx([4, 2, 2], [...Array(16).keys()]));
  }
  for (let index = 0; index < 10; index++) {
    await write(`photos/good/${index}.png`, await grey(index).png().toBuffer());
    await write(
      `tiles/MT_Free/Imgs/${index}.jpg`,
      await grey(20 * index)
        .jpeg()
        .toBuffer(),
    );
  }
  await write('photos/cut/0.png', await grey(99).png().toBuffer());
  await write('tiles/MT_Crack/Imgs/0.jpg', await grey(250).jpeg().toBuffer());
  await write('tiles/MT_Crack/Imgs/0.png', await grey(255).png().toBuffer());
  await write('photos/list.csv', 'path,label\ngood/0.png,0\ngood/1.png,0\ngood/2.png,0\n');
});
afterAll(() => rm(root, { recursive: true, force: true }));

const at = (path: string) => join(root, path);
const open = (source: DataSource, options: Partial<Parameters<typeof openData>[1]> = {}) =>
  openData(source, {
    ...{ split: 'train', size: [4, 4], limit: null, seed: 0, skipBad: false, quiet: true },
    ...options,
  });

describe('a source', () => {
  it('is a class by number or name, and then has one name', () => {
    const frog = { dataset: 'cifar10', root: '/c', category: 'frog' };
    expect(sourceOf({ dataset: 'cifar10', root: '/c', category: '6' })).toEqual(frog);
    expect(sourceOf({ dataset: 'cifar10', root: '/c', category: 'FROG' })).toEqual(frog);
    expect(() => sourceOf({ dataset: 'mnist', root: '/m', category: 'ten' })).toThrow(
      /^category: expected a class of MNIST, 0 to 9 or /,
    );
    expect(() => sourceOf({ dataset: 'mnist', root: '/m' })).toThrow(
      '`category`: expected the class that is normal, by number or name, received none',
    );
  });

  it('is a manifest where the root is the file of one', () => {
    for (const name of ['list.csv', 'list.jsonl', 'list.NDJSON']) {
      expect(sourceOf({ root: `/photos/${name}` })).toMatchObject({ dataset: 'manifest', category: null });
    }
    expect(() => sourceOf({ dataset: 'manifest' })).toThrow('`root`: expected a CSV file or JSON lines');
  });

  it('has a category where the data set has several, and else none', () => {
    for (const dataset of ['mvtec', 'visa', 'btad'] as const) {
      expect(() => sourceOf({ dataset, root: '/d' })).toThrow('`category`: expected the name of a product');
    }
    for (const dataset of ['magnetic-tile', 'folder', 'manifest'] as const) {
      expect(sourceOf({ dataset, root: '/d' })).toEqual({ dataset, root: resolve('/d'), category: null });
      const named = { dataset, root: '/d', category: 'x' };
      expect(() => sourceOf(named)).toThrow(`\`dataset\` ${dataset}: expected no \`category\`, received x`);
    }
  });
});

describe('data that a source means', () => {
  it('are the normal class for training and every class for testing', async () => {
    const source = { dataset: 'mnist', root: at('mnist'), category: '8' } as const;
    const train = await open(source);
    expect(train.data.count).toBe(3);
    expect(train.splits).toBeNull();
    expect(train.notes).toEqual([`${at('mnist')} holds 4 train images, where MNIST has 60000.`]);
    const test = await open(source, { split: 'test', limit: 3 });
    expect(test.data.count).toBe(3);
    expect(test.notes[0]).toBe('The test set is reduced to at most 3 images, by seed.');
  });

  it('are divided by seed where nobody divided them, which is said and kept', async () => {
    const source = { dataset: 'folder', root: at('photos'), category: null } as const;
    const train = await open(source);
    expect(train.data.count).toBe(8);
    expect(train.notes).toContain('Images without splits divided by seed 0: 8 for training, 3 for testing.');
    const splits = train.splits ?? undefined;
    // With another seed, what was recorded holds.
    const test = await open(source, { split: 'test', seed: 5, splits });
    expect(test.splits).toEqual(splits);
    expect(test.data.count).toBe(3);
    await write('photos/cut/1.png', await grey(101).png().toBuffer());
    await expect(open(source, { splits })).rejects.toMatchObject({ code: 'manifest' });
    const changed = await open(source, { split: 'test', splits, mayHaveChanged: true });
    expect(changed.data.count).toBe(4);
    expect(changed.notes).toContain('1 image came since the detector was trained: for testing.');
    await rm(at('photos/cut/1.png'));
    const whole = await open(source, { split: 'test', whole: true });
    expect(whole.data.count).toBe(11);
    expect(whole.splits).toBeNull();
  });

  it('are tiles, or what a manifest lists', async () => {
    const tiles = await open(
      { dataset: 'magnetic-tile', root: at('tiles'), category: null },
      { split: 'test' },
    );
    expect(tiles.data.count).toBe(3);
    const listed = await open({ dataset: 'manifest', root: at('photos/list.csv'), category: null });
    expect(listed.data.count).toBe(3);
  });
});

describe('masks of a data set', () => {
  const square = (side: number, value: number, of: number) =>
    sharp(
      Uint8Array.from({ length: side * side }, (_, at) =>
        Math.floor(at / side) < of && at % side < of ? value : 0,
      ),
      { raw: { width: side, height: side, channels: 1 } },
    )
      .toColourspace('b-w')
      .png()
      .toBuffer();
  const withMask = async (name: string, mask: Buffer, side: number): Promise<DataSource> => {
    const part = sharp({ create: { width: side, height: side, channels: 3, background: '#787878' } });
    for (let index = 0; index < 5; index++)
      await write(`${name}/good/${index}.png`, await part.png().toBuffer());
    await write(`${name}/cut/0.png`, await part.png().toBuffer());
    await write(`${name}/masks/cut/0.png`, mask);
    return { dataset: 'folder', root: at(name), category: null };
  };
  const test = { split: 'test', whole: true } as const;

  it('are read by their values, which is said once', async () => {
    const source = await withMask('ones', await square(16, 1, 5), 16);
    const { notes, metricSize } = await open(source, test);
    expect(notes).toContain('Masks: 1 of 0 and one other value, which is a defect.');
    expect(metricSize).toEqual([256, 256]);
    const cut = { ...test, maskThreshold: 1 };
    await expect(open(source, cut)).rejects.toMatchObject({ code: 'mask-empty' });
    const { data, notes: skipped } = await open(source, { ...cut, skipBad: true });
    expect(data.count).toBe(5);
    expect(skipped).toContainEqual(
      expect.stringMatching(/^1 image skipped since nothing is marked .*0\.png/),
    );
  });

  it('lose what is too small at 256x256, which is counted, and nothing at the size of the files', async () => {
    const source = await withMask('small', await square(600, 255, 1), 600);
    const lost = /^1 region of a mask is lost at 256x256/;
    expect((await open(source, test)).notes).toContainEqual(expect.stringMatching(lost));
    const full = await open(source, { ...test, metricSize: 'full' });
    expect(full.metricSize).toEqual([600, 600]);
    expect(full.notes.filter((note) => note.includes('lost'))).toEqual([]);
    await write('small/cut/1.png', await square(8, 9, 2));
    await write('small/masks/cut/1.png', await square(8, 9, 2));
    await expect(open(source, { ...test, metricSize: 'full' })).rejects.toThrow(
      /^`metricSize`: full: expected images of one size, found 600x600 in .* and 8x8 /,
    );
  });
});

it('the same pictures in two lists are counted, byte for byte', async () => {
  for (let index = 0; index < 4; index++)
    await write(
      `same/${index}.png`,
      await grey(index % 3)
        .png()
        .toBuffer(),
    );
  const of = await open({ dataset: 'folder', root: at('same'), category: null });
  expect(samePictures({ of, indices: [3, 1] }, { of, indices: [0, 2] })).toEqual({
    count: 1,
    pair: ['3.png', '0.png'],
  });
  expect(samePictures({ of, indices: [1] }, { of, indices: [0, 2] })).toBeUndefined();
});

it('a folder of good images is named for folders alone, and kept', () => {
  const source = { dataset: 'folder', root: resolve('/d'), category: null, good: 'Fine' };
  expect(sourceOf({ root: '/d', good: 'Fine' })).toEqual(source);
  expect(sourceOf({}, sourceOf({ root: '/d', good: 'Fine' }))).toEqual(source);
  expect(() => sourceOf({ dataset: 'mvtec', root: '/d', category: 'x', good: 'y' })).toThrow(
    'expected no `good`',
  );
});

describe('the score', () => {
  const plan = (options: Partial<TrainOptions>) =>
    newPlan({ out: 'x', assets: { vgg19: 'random' }, backend: 'cpu', ...options });
  const reduction = async (options: Partial<TrainOptions>) => {
    const { config, notes = [] } = await plan(options);
    return { config: config.config, notes };
  };
  const one = { dataset: 'mnist', root: '/m', category: '8' } as const;
  const defects = { dataset: 'mvtec', root: '/m', category: 'screw' } as const;

  it('is the mean of the map for one-class sets, whatever the preset', async () => {
    expect(await reduction({ ...one, preset: 'small' })).toMatchObject({
      config: { score: { reduction: 'mean' } },
      notes: [],
    });
    expect(await reduction({ ...one, preset: 'fast' })).toMatchObject({
      config: { score: { reduction: 'mean' } },
      notes: [expect.stringMatching(/^Scores are the mean of the map, for mnist, .* the preset has max\.$/)],
    });
  });

  it('is its maximum for sets of defects, and what the preset says for data of your own', async () => {
    expect(await reduction({ ...defects, preset: 'small' })).toMatchObject({
      config: { score: { reduction: 'max' } },
    });
    for (const [preset, expected] of [
      ['small', 'mean'],
      ['fast', 'max'],
    ] as const) {
      expect(await reduction({ root: '/photos', preset })).toMatchObject({
        config: { score: { reduction: expected } },
        notes: [],
      });
    }
  });

  it('is what the command line says above all', async () => {
    const set = ['score.reduction=max'];
    expect(await reduction({ ...one, preset: 'fast', set })).toMatchObject({
      config: { score: { reduction: 'max' } },
    });
  });
});

it('every data set that has a name can be opened, or fails for what is not there', async () => {
  for (const dataset of DATASETS.filter((name) => name !== 'synthetic')) {
    const source = { dataset, root: at('nowhere'), category: null };
    const named = sourceOf({ dataset, root: source.root, ...(needsCategory(dataset) && { category: '1' }) });
    await expect(open(named), dataset).rejects.toMatchObject({ code: 'root-missing' });
  }
});

const needsCategory = (dataset: string) => !['magnetic-tile', 'folder', 'manifest'].includes(dataset);
