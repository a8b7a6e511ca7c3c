import { execFile, spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CIFAR10 } from '@utad/datasets';
import { openDataset } from '@utad/datasets/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTempFolder } from './temp-folder';

const data = process.env.UTAD_TEST_DATA;
const pillow = data !== undefined && spawnSync('python3', ['-c', 'import PIL']).status === 0;

describe.skipIf(!pillow)('CIFAR-10 itself (skipped without UTAD_TEST_DATA and a python3 with Pillow)', () => {
  let root = '';
  beforeAll(async () => {
    root = await makeTempFolder();
    // The images come as JPEG, in the order of their file numbers; the script, which needs Pillow, lays them out as published.
    await promisify(execFile)('python3', [join(data ?? '', 'cifar10', 'to-binary.py'), root]);
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it('has 5,000 training and 1,000 test images of each class', async () => {
    for (const normalClass of CIFAR10.categories) {
      const train = await openDataset(CIFAR10, { root, normalClass, split: 'train', size: [32, 32] });
      expect(train.count).toBe(5000);
      expect(train.notes).toEqual([]);
    }
    const { entries, count } = await openDataset(CIFAR10, {
      root,
      normalClass: 'frog',
      split: 'test',
      size: [32, 32],
    });
    expect(count).toBe(10_000);
    for (const name of CIFAR10.categories) {
      expect(entries.filter(({ defectType: kind }) => kind === name)).toHaveLength(1000);
    }
    expect(entries.filter(({ label }) => label === 0)).toHaveLength(1000);
  });

  it('has the first labels of its script, and the mean colour that everyone normalises by', async () => {
    const { entries } = await openDataset(CIFAR10, { root, normalClass: 6, split: 'test', size: [32, 32] });
    const first = entries.slice(0, 8).map(({ defectType: kind }) => kind);
    // The script orders by file number, then class: not the published order, but a known one.
    expect(first).toEqual(CIFAR10.categories.slice(0, 8));
    const sums = [0, 0, 0];
    let pixels = 0;
    for (const normalClass of CIFAR10.categories) {
      const train = await openDataset(CIFAR10, { root, normalClass, split: 'train', size: [32, 32] });
      for await (const { image } of train.records([...Array(train.count).keys()])) {
        for (let at = 0; at < image.length; at++) sums[at % 3] = (sums[at % 3] ?? 0) + (image[at] ?? 0) / 255;
        pixels += image.length / 3;
      }
    }
    expect(pixels).toBe(50_000 * 1024);
    // 0.4914, 0.4822, 0.4465; JPEG moves a mean by less than a thousandth.
    for (const [channel, mean] of [0.4914, 0.4822, 0.4465].entries()) {
      expect(Math.abs((sums[channel] ?? 0) / pixels - mean)).toBeLessThan(0.001);
    }
  });
});
