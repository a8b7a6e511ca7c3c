import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { MNIST, parseIdx, parseIdxLabels } from '@utad/datasets';
import { openDataset } from '@utad/datasets/node';
import { describe, expect, it } from 'vitest';
import { read } from './pictures';

const data = process.env.UTAD_TEST_DATA;

describe.skipIf(data === undefined)('MNIST itself (skipped without UTAD_TEST_DATA)', () => {
  const open = (normalClass: number, split: 'train' | 'test') =>
    openDataset(MNIST, { root: join(data ?? '', 'mnist'), normalClass, split, size: [28, 28] });

  // Published with the data set, and by everyone who uses it.
  const TRAIN_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];
  const TEST_COUNTS = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009];

  it('has the known number of training images of each class, the known first labels, mean 0.1307 and deviation 0.3081', async () => {
    const unpacked = async (name: string) =>
      gunzipSync(await readFile(join(data ?? '', 'mnist', `${name}-ubyte.gz`)));
    const labels = parseIdxLabels(await unpacked('train-labels-idx1'), { classes: 10, name: 'labels' });
    const images = parseIdx(await unpacked('train-images-idx3'), { dimensions: 3, name: 'images' });
    expect(images.shape).toEqual([60_000, 28, 28]);
    expect([...labels.subarray(0, 12)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4, 3, 5]);
    const counts = TRAIN_COUNTS.map((_, label) => labels.filter((value) => value === label).length);
    expect(counts).toEqual(TRAIN_COUNTS);
    let [sum, squares] = [0, 0];
    for (const byte of images.values) {
      sum += byte;
      squares += byte * byte;
    }
    const mean = sum / images.values.length / 255;
    const deviation = Math.sqrt(squares / images.values.length / 255 ** 2 - mean * mean);
    expect(mean).toBeCloseTo(0.1307, 4);
    expect(deviation).toBeCloseTo(0.3081, 4);
  });

  it('has the 5,851 eights for training, in their places and pixel by pixel', async () => {
    const train = await open(8, 'train');
    expect(train.notes).toEqual([]);
    expect(train.count).toBe(5851);
    // The first eight is the 18th image.
    expect(train.entries[0]).toEqual({ id: 'train/00017', label: 0, defectType: '8' });
    const images = parseIdx(
      gunzipSync(await readFile(join(data ?? '', 'mnist', 'train-images-idx3-ubyte.gz'))),
      { dimensions: 3, name: 'images' },
    );
    for (const { id, image } of await read(train, [0, 1, 5850])) {
      const place = Number(id.slice('train/'.length));
      const grey = images.values.subarray(place * 784, (place + 1) * 784);
      expect(image).toEqual(new Uint8Array(grey));
    }
  });

  it('has all classes in the test set, in the known number and order', async () => {
    const { entries, count, notes } = await open(8, 'test');
    expect(notes).toEqual([]);
    expect(count).toBe(10_000);
    expect(
      MNIST.categories.map((name) => entries.filter(({ defectType: kind }) => kind === name).length),
    ).toEqual(TEST_COUNTS);
    expect(entries.slice(0, 10).map(({ defectType: kind }) => Number(kind))).toEqual([
      7, 2, 1, 0, 4, 1, 4, 9, 5, 9,
    ]);
    for (const { defectType: kind, label } of entries) expect(label).toBe(kind === '8' ? 0 : 1);
  });

  it('is reduced to 1,000 test images with 100 of each class', async () => {
    const root = join(data ?? '', 'mnist');
    const { entries } = await openDataset(MNIST, {
      root,
      normalClass: 8,
      split: 'test',
      size: [28, 28],
      limit: 1000,
    });
    for (const name of MNIST.categories) {
      expect(entries.filter(({ defectType: kind }) => kind === name)).toHaveLength(100);
    }
  });
});
