import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idx } from '../../../scripts/testing/idx-file';
import { type Ended, runUtad } from './run-utad';

// A detector that trains in no time: the mean image of the training set.
const MEAN_IMAGE = fileURLToPath(
  new URL('../../../examples/custom-detector/mean-image.mjs', import.meta.url),
);
const DETECTOR = ['--detector', MEAN_IMAGE];

let cwd = '';
const utad = (...args: string[]) => runUtad([...args, ...DETECTOR], { cwd });
const json = async (path: string) => JSON.parse(await readFile(join(cwd, path), 'utf8'));

async function done(...args: string[]): Promise<Ended> {
  const ended = await utad(...args);
  expect(ended.code, ended.stderr.join('\n')).toBe(0);
  return ended;
}

async function write(path: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(cwd, path)), { recursive: true });
  await writeFile(join(cwd, path), bytes);
}

const grey = (value: number) =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: { r: value, g: value, b: value } } })
    .png()
    .toBuffer();

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'utad-sources-'));
  for (let index = 0; index < 10; index++) await write(`photos/good/${index}.png`, await grey(100 + index));
  for (let index = 0; index < 3; index++) await write(`photos/cut/${index}.png`, await grey(200 + index));
  await write('photos/masks/cut/0.png', await grey(255));
  await write('photos/masks/cut/1.png', await grey(255));
  await write('photos/masks/cut/2.png', await grey(255));
  const labels = [8, 1, 8, 8, 3, 8];
  for (const split of ['train', 't10k']) {
    await write(`mnist/${split}-labels-idx1-ubyte.gz`, idx([6], labels));
    const pixels = labels.flatMap((label, index) => Array<number>(16).fill(20 * label + index));
    await write(`mnist/${split}-images-idx3-ubyte.gz`, idx([6, 4, 4], pixels));
  }
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

describe('a folder with defects', () => {
  it('is divided by seed, and evaluated on what was not trained on', async () => {
    const trained = await done('train', '--root', 'photos', '--out', 'runs/photos', '--json');
    expect(JSON.parse(trained.stdout)).toMatchObject({
      images: { training: 7, heldOut: 1 },
      notes: expect.arrayContaining([
        'Images without splits divided by seed 0: 8 for training, 5 for testing.',
      ]),
    });
    const splits = await json('runs/photos/splits.json');
    expect(splits.train).toHaveLength(8);
    const evaluated = await done('evaluate', 'runs/photos', '--seed', '9', '--json');
    const metrics = JSON.parse(evaluated.stdout);
    expect(metrics.images).toEqual({ good: 2, anomalous: 3 });
    // The defects are white and their masks cover them.
    expect(metrics.image.auroc).toBe(1);
    expect(metrics.pixel.auroc).toBe(1);
    expect(await json('runs/photos/splits.json')).toEqual(splits);
  });

  it('is tested on whole where it lies elsewhere, which is said where it may hold training images', async () => {
    await done('train', '--root', 'photos/good', '--out', 'runs/good');
    const ended = await done('evaluate', 'runs/good', '--root', 'photos', '--out', 'elsewhere', '--json');
    const metrics = JSON.parse(ended.stdout);
    expect(metrics.images).toEqual({ good: 10, anomalous: 3 });
    expect(metrics.notes.join()).toMatch(/The test images in .*photos may be among those/);
  });

  it('is refused with the same image in two splits, and nothing is written', async () => {
    await write('twice/train/good/0.png', await grey(1));
    await write('twice/train/good/1.png', await grey(2));
    await write('twice/train/good/2.png', await grey(3));
    await write('twice/test/good/0.png', await grey(2));
    await write('twice/test/cut/0.png', await grey(9));
    const ended = await utad('train', '--root', 'twice', '--out', 'runs/twice');
    expect(ended.code).toBe(1);
    expect(ended.stderr.at(-1)).toMatch(
      /^utad: expected no image in two splits, found .*1\.png \(train\) and .*0\.png \(test\)/,
    );
    await expect(readFile(join(cwd, 'runs/twice/config.json'))).rejects.toThrow('ENOENT');
  });
});

describe('a class of MNIST', () => {
  it('is trained on alone and told from the others, without pixel metrics', async () => {
    const mnist = ['--dataset', 'mnist', '--root', 'mnist', '--category', '8'];
    await done('train', ...mnist, '--out', 'runs/eight');
    expect(await json('runs/eight/config.json')).toMatchObject({ dataset: 'mnist', category: '8' });
    const { stdout } = await done('evaluate', 'runs/eight', '--json');
    const metrics = JSON.parse(stdout);
    expect(metrics).toMatchObject({
      dataset: 'mnist',
      category: '8',
      images: { good: 4, anomalous: 2 },
      pixel: { auroc: null },
    });
    expect(metrics.notes.join()).toContain('not every test image has a ground-truth mask');
    expect(metrics.notes.join()).toContain('holds 6 test images, where MNIST has 10000');
  });

  it('is refused with 2 where it does not exist', async () => {
    const ended = await utad(
      'train',
      '--dataset',
      'mnist',
      '--root',
      'mnist',
      '--category',
      'ten',
      '--out',
      'x',
    );
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toHaveLength(1);
    expect(ended.stderr[0]).toMatch(/^utad: category: expected a class of MNIST/);
  });
});

describe('a manifest', () => {
  it('is what a .csv as --root is, and names the line that is wrong', async () => {
    const lines = [...Array(5).keys()].map((index) => `good/${index}.png,0,train,`);
    const test = ['good/9.png,0,test,', 'cut/0.png,1,test,masks/cut/0.png'];
    await write('photos/list.csv', ['path,label,split,mask', ...lines, ...test, ''].join('\n'));
    await done('train', '--root', 'photos/list.csv', '--out', 'runs/listed');
    const { stdout } = await done('evaluate', 'runs/listed', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      dataset: 'manifest',
      images: { good: 1, anomalous: 1 },
      pixel: { auroc: 1 },
    });
    await write('photos/bad.csv', 'path,label\ngood/0.png,0\ngood/1.png,maybe\n');
    const ended = await utad('train', '--root', 'photos/bad.csv', '--out', 'runs/bad');
    expect(ended.code).toBe(1);
    expect(ended.stderr.at(-1)).toMatch(/bad\.csv, line 3: expected a label of 0, 1, .* received maybe$/);
  });
});
