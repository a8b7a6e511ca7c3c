import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { CIFAR10, classNumber, FASHION_MNIST, MNIST, MVTEC_AD } from '@utad/datasets';
import { decodeImage, type OneClassData, type OneClassOptions, openDataset } from '@utad/datasets/node';
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { cifarRecord, digit, MNIST_FILES, writeBytes, writeDigits } from './class-files';
import { read } from './pictures';
import { inTempFolder } from './temp-folder';

const LABELS = { train: [5, 0, 4, 5, 5, 9], test: [7, 5, 1, 0, 5] } as const;

const withDigits = (
  work: (open: (options?: Partial<OneClassOptions>) => Promise<OneClassData>, root: string) => Promise<void>,
): Promise<void> =>
  inTempFolder(async (root) => {
    await writeDigits(root, LABELS);
    await work(
      (options) => openDataset(MNIST, { root, normalClass: 5, split: 'train', size: [4, 6], ...options }),
      root,
    );
  });

describe('the one-class protocol', () => {
  it('asks for the normal class of a dataset of classes, and of no other', async () => {
    const options = { root: '.', split: 'train', size: [4, 6] } as const;
    // @ts-expect-error The types ask for it as well.
    await expect(openDataset(MNIST, options)).rejects.toMatchObject({ code: 'invalid-option' });
    // @ts-expect-error
    await expect(openDataset(MVTEC_AD, { ...options, normalClass: 5 })).rejects.toMatchObject({
      code: 'invalid-option',
    });
  });

  it('trains on the normal class alone, under the places that its images have in the official order', () =>
    withDigits(async (open) => {
      const data = await open();
      expect(data.entries).toEqual(
        [0, 3, 4].map((place) => ({ id: `train/0000${place}`, label: 0, defectType: '5' })),
      );
      const [, record] = await read(data);
      expect(record).toEqual({
        id: 'train/00003',
        label: 0,
        defectType: '5',
        size: [4, 6],
        channels: 1,
        image: digit('train', 3, [4, 6]),
      });
    }));

  it('tests on all classes, the others anomalous and named', () =>
    withDigits(async (open) => {
      const data = await open({ split: 'test' });
      expect(data.entries.map(({ id, label, defectType: kind }) => [id, label, kind])).toEqual([
        ['test/00000', 1, '7'],
        ['test/00001', 0, '5'],
        ['test/00002', 1, '1'],
        ['test/00003', 1, '0'],
        ['test/00004', 0, '5'],
      ]);
      expect(data.normalClass).toBe('5');
      for (const record of await read(data)) expect(record).not.toHaveProperty('mask');
    }));

  it('gives the records of any indices, and what it gives may be written to', () =>
    withDigits(async (open) => {
      const data = await open({ split: 'test' });
      const [first, again] = await read(data, [3, 3]);
      expect(first?.id).toBe('test/00003');
      first?.image.fill(0);
      expect(again?.image.some((value) => value > 0)).toBe(true);
      expect((await read(data, [3]))[0]?.image).toEqual(again?.image);
      await expect(read(data, [5])).rejects.toThrow('records: expected an index below 5, received 5');
    }));

  it('has a fingerprint of the images, the class and the size, wherever they lie and however packed', () =>
    withDigits(async (open, root) => {
      const { fingerprint } = await open();
      expect((await open()).fingerprint).toBe(fingerprint);
      for (const other of [
        { normalClass: 0 },
        { split: 'test' as const },
        { size: [8, 8] as const },
        { limit: 2 },
      ]) {
        expect((await open(other)).fingerprint).not.toBe(fingerprint);
      }
      await inTempFolder(async (elsewhere) => {
        const plain = join(elsewhere, 'train-images.idx3-ubyte');
        await writeFile(plain, gunzipSync(await readFile(join(root, MNIST_FILES.trainImages))));
        await writeFile(
          join(elsewhere, 'train-labels.idx1-ubyte.gz'),
          await readFile(join(root, MNIST_FILES.trainLabels)),
        );
        expect((await open({ root: elsewhere })).fingerprint).toBe(fingerprint);
        const changed = await readFile(plain);
        changed[16] = (changed[16] ?? 0) ^ 1;
        await writeFile(plain, changed);
        expect((await open({ root: elsewhere })).fingerprint).not.toBe(fingerprint);
      });
    }));

  it('is reduced by seed, every class with its share, in the official order', () =>
    inTempFolder(async (root) => {
      const test = Array.from({ length: 200 }, (_, index) => index % 10);
      await writeDigits(root, { train: [1], test });
      const open = (seed: number) =>
        openDataset(MNIST, { root, normalClass: 1, split: 'test', size: [4, 6], limit: 50, seed });
      const { entries } = await open(0);
      for (const kind of MNIST.categories)
        expect(entries.filter((entry) => entry.defectType === kind)).toHaveLength(5);
      const ids = entries.map(({ id }) => id);
      expect(ids).toEqual([...ids].sort());
      expect((await open(0)).entries).toEqual(entries);
      expect((await open(1)).entries).not.toEqual(entries);
    }));

  it('resizes as files are resized, down and up', () =>
    withDigits(async (open) => {
      for (const size of [
        [3, 4],
        [8, 9],
        [2, 12],
      ] as const) {
        const data = await open({ size });
        const [record] = await read(data);
        const raw = sharp(digit('train', 0, [4, 6]), { raw: { width: 6, height: 4, channels: 1 } });
        const png = await raw.toColourspace('b-w').png().toBuffer();
        const { pixels } = await decodeImage(png, 'x.png', size);
        expect(record?.image).toEqual(pixels.filter((_, index) => index % 3 === 0));
        expect(record?.size).toEqual(size);
      }
    }));

  it('says how many images there are where the official number is another', () =>
    withDigits(async (open, root) => {
      expect((await open()).notes).toEqual([`${root} holds 6 train images, where MNIST has 60000.`]);
    }));

  it('reports progress and can be stopped', () =>
    withDigits(async (open) => {
      const onProgress = vi.fn();
      await open({ onProgress });
      expect(onProgress).toHaveBeenLastCalledWith(6, 60_000);
      const stopped = AbortSignal.abort(new Error('stop'));
      await expect(open({ signal: stopped })).rejects.toThrow('stop');
    }));
});

describe('a class', () => {
  it('is named by number or by name, case and punctuation apart', () => {
    expect(classNumber(CIFAR10, 'Frog')).toBe(6);
    expect(classNumber(CIFAR10, 6)).toBe(6);
    expect(classNumber(MNIST, '8')).toBe(8);
    expect(classNumber(FASHION_MNIST, 't-shirt/top')).toBe(0);
    expect(classNumber(FASHION_MNIST, 'shirt')).toBe(6);
    expect(classNumber(FASHION_MNIST, 'ankle-boot')).toBe(9);
    for (const other of ['10', '-1', '1.5', 'toad', '']) {
      expect(() => classNumber(CIFAR10, other)).toThrow(
        `category: expected a class of CIFAR-10, 0 to 9 or airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck, received ${other}`,
      );
    }
  });
});

describe('files of MNIST', () => {
  it.each([
    ['in gzip', '-idx3-ubyte.gz', '-idx1-ubyte.gz'],
    ['unpacked', '-idx3-ubyte', '-idx1-ubyte'],
    ['as others spell them', '.idx3-ubyte', '.idx1-ubyte'],
    ['as others spell them, in gzip', '.idx3-ubyte.gz', '.idx1-ubyte.gz'],
  ])('are read %s', (_, images, labels) =>
    inTempFolder(async (root) => {
      const names = {
        trainImages: `train-images${images}`,
        trainLabels: `train-labels${labels}`,
        testImages: `t10k-images${images}`,
        testLabels: `t10k-labels${labels}`,
      };
      await writeDigits(root, LABELS, { names });
      const data = await openDataset(FASHION_MNIST, {
        root,
        normalClass: 'sandal',
        split: 'test',
        size: [4, 6],
      });
      expect(data.entries.map(({ defectType: kind }) => kind)).toEqual([
        ...['Sneaker', 'Sandal', 'Trouser', 'T-shirt/top', 'Sandal'],
      ]);
    }),
  );

  it('may be of several gzip members, as the format allows', () =>
    withDigits(async (open, root) => {
      const before = await read(await open());
      const path = join(root, MNIST_FILES.trainImages);
      const bytes = gunzipSync(await readFile(path));
      await writeFile(path, Buffer.concat([gzipSync(bytes.subarray(0, 50)), gzipSync(bytes.subarray(50))]));
      expect(await read(await open())).toEqual(before);
    }));
});

describe('files of CIFAR-10', () => {
  const batches = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`);
  const write = async (folder: string) => {
    for (const [index, name] of batches.entries()) {
      const records = [cifarRecord(6, index, 100, 200), cifarRecord(index, 9, 9, 9)];
      await writeBytes(join(folder, name), Uint8Array.from(records.flat()));
    }
    await writeBytes(
      join(folder, 'test_batch.bin'),
      Uint8Array.from([...cifarRecord(6, 1, 2, 3), ...cifarRecord(0, 4, 5, 6)]),
    );
  };

  it('are read in the order of their numbers, in the root or in the folder of the archive', () =>
    inTempFolder(async (root) => {
      await write(join(root, 'cifar-10-batches-bin'));
      const open = (split: 'train' | 'test') =>
        openDataset(CIFAR10, { root, normalClass: 'frog', split, size: [32, 32] });
      const records = await read(await open('train'));
      expect(
        records.map(({ id, defectType: kind, image }) => [id, kind, image[0], image[1], image[2]]),
      ).toEqual([0, 1, 2, 3, 4].map((batch) => [`train/0000${2 * batch}`, 'frog', batch, 100, 200]));
      const test = await open('test');
      expect(test.entries.map(({ defectType: kind, label }) => [kind, label])).toEqual([
        ['frog', 0],
        ['airplane', 1],
      ]);
      await rename(join(root, 'cifar-10-batches-bin'), join(root, 'moved'));
      const moved = await openDataset(CIFAR10, {
        root: join(root, 'moved'),
        normalClass: 6,
        split: 'train',
        size: [32, 32],
      });
      expect(moved.fingerprint).toBe((await openAgain(root)).fingerprint);
    }));

  const openAgain = (root: string) =>
    openDataset(CIFAR10, { root: join(root, 'moved'), normalClass: 'frog', split: 'train', size: [32, 32] });

  it('must all be there', () =>
    inTempFolder(async (root) => {
      await write(root);
      await rm(join(root, 'data_batch_4.bin'));
      await expect(
        openDataset(CIFAR10, { root, normalClass: 6, split: 'train', size: [32, 32] }),
      ).rejects.toMatchObject({
        code: 'split-missing',
        message: expect.stringMatching(/expected data_batch_1\.bin, .* found no .*data_batch_4\.bin$/),
      });
      await mkdir(join(root, 'data_batch_4.bin'));
      await expect(
        openDataset(CIFAR10, { root, normalClass: 6, split: 'train', size: [32, 32] }),
      ).rejects.toMatchObject({
        code: 'split-missing',
      });
    }));
});
