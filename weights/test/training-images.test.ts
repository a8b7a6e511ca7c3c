import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CIFAR10_CLASSES, WITHHELD_CIFAR10, WITHHELD_DIGITS } from '../src/classes';
import { trainingImages } from '../src/training-images';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'utad-weights-'));
  // Two images of each of the ten classes in every file; an image is filled with ten times its class.
  const labels = Uint8Array.from({ length: 20 }, (_, index) => index % 10);
  const header = (dimensions: number[]) => {
    const view = new DataView(new ArrayBuffer(4 + 4 * dimensions.length));
    view.setUint32(0, 0x0800 | dimensions.length);
    for (const [axis, length] of dimensions.entries()) view.setUint32(4 + 4 * axis, length);
    return new Uint8Array(view.buffer);
  };
  const put = (name: string, parts: Uint8Array[]) =>
    writeFileSync(join(folder, name), gzipSync(Buffer.concat(parts)));
  put('train-labels-idx1-ubyte.gz', [header([20]), labels]);
  put('train-images-idx3-ubyte.gz', [
    header([20, 28, 28]),
    ...[...labels].map((label) => new Uint8Array(784).fill(10 * label)),
  ]);
  const batch = Buffer.concat(
    [...labels].map((label) => Uint8Array.of(label, ...new Uint8Array(3072).fill(10 * label))),
  );
  for (const number of [1, 2, 3, 4, 5]) writeFileSync(join(folder, `data_batch_${number}.bin`), batch);
});
afterAll(() => rmSync(folder, { recursive: true }));

const options = () => ({
  mnist: folder,
  cifar10: folder,
  perDigit: 100,
  perClass: 100,
  perCategory: 2,
  seed: 1,
});

describe('what the weights are trained on', () => {
  it('has every class of MNIST and CIFAR-10 but the withheld ones', async () => {
    const { classes } = await trainingImages(options());
    const kept = [
      ...CIFAR10_CLASSES.filter((name) => !WITHHELD_CIFAR10.includes(name)).map((name) => `cifar10/${name}`),
      ...[0, 1, 3, 4, 6, 7, 9].map((digit) => `mnist/${digit}`),
    ];
    expect(classes.filter((name) => !name.startsWith('synthetic/')).sort()).toEqual(kept.sort());
    expect(WITHHELD_DIGITS).toEqual([2, 5, 8]);
    expect(WITHHELD_CIFAR10).toEqual(['bird', 'frog', 'truck']);
  });

  it('has no pixel of a withheld class: each image belongs to the class that it is labelled with', async () => {
    const { data, classes } = await trainingImages(options());
    const seen = new Set<string>();
    const order = Array.from({ length: data.count }, (_, index) => index);
    for await (const { defectType: kind, image } of data.records(order)) {
      const [set = '', name = ''] = kind.split('/');
      seen.add(kind);
      if (set === 'synthetic') continue;
      const label = set === 'mnist' ? Number(name) : CIFAR10_CLASSES.indexOf(name);
      // The middle pixel: digits have a black frame.
      expect(image[(16 * 32 + 16) * 3]).toBe(10 * label);
    }
    expect([...seen].sort()).toEqual(classes);
  });

  it('takes at most so many of a class, and is the same again', async () => {
    const { data } = await trainingImages({ ...options(), perDigit: 1, perClass: 3, perCategory: 0 });
    expect(data.count).toBe(7 * 1 + 7 * 3);
    const again = await trainingImages({ ...options(), perDigit: 1, perClass: 3, perCategory: 0 });
    expect(again.data.fingerprint).toBe(data.fingerprint);
  });
});
