import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Size } from '@utad/core';
import { checkDataset, folder } from '@utad/datasets/node';
import { describe, expect, it } from 'vitest';
import { picture, read, writeGrey } from './pictures';
import { inTempFolder } from './temp-folder';

const SIDE = 96;
const size: Size = [SIDE, SIDE];

/** What a pixel is in the square of 14x14 that is defective, and elsewhere. */
function squares(inside: (at: number) => readonly number[], outside: readonly number[]): number[] {
  return Array.from({ length: SIDE * SIDE }, (_, at) => {
    const [row, column] = [Math.floor(at / SIDE), at % SIDE];
    return row >= 40 && row < 54 && column >= 20 && column < 34 ? inside(at) : outside;
  }).flat();
}

const grey = (inside: (at: number) => number) =>
  picture(Uint8Array.from(squares((at) => [inside(at)], [0])), size)
    .toColourspace('b-w')
    .png();

const write = async (path: string, bytes: Uint8Array) => {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
};

/** Good images, one defective one, and its mask. */
const withMask = (mask: { toBuffer(): Promise<Uint8Array> }, work: (root: string) => Promise<void>) =>
  inTempFolder(async (root) => {
    for (let index = 0; index < 5; index++)
      await writeGrey(join(root, `good/${index}.png`), 120 + index, size);
    await writeGrey(join(root, 'cut/0.png'), 130, size);
    await write(join(root, 'masks/cut/0.png'), await mask.toBuffer());
    await work(root);
  });

const openTest = (root: string, options = {}) => folder({ root, split: 'test', size, ...options });

describe('masks', () => {
  const ones = new Uint8Array(squares(() => [1], [0]));
  it.each([
    ['two values', grey(() => 1)],
    ['binary', grey(() => 255)],
    ['labels', grey((at) => 1 + (at % 3))],
    [
      'labels',
      picture(Uint8Array.from(squares((at) => [0, 0, 1 + (at % 2)], [0, 0, 0])), size).png({
        palette: false,
      }),
    ],
    [
      'labels',
      picture(Uint8Array.from(squares((at) => [at % 2 ? 128 : 0, 0, 90], [0, 0, 0])), size).png({
        palette: true,
      }),
    ],
    ['alpha channel', picture(Uint8Array.from(squares(() => [0, 0, 0, 255], [0, 0, 0, 0])), size).png()],
    ['binary', picture(Uint8Array.from(squares(() => [255, 255, 255, 255], [255, 255, 255, 0])), size).png()],
    [
      'two values',
      picture(Uint16Array.from(squares(() => [1], [0])), size)
        .toColourspace('grey16')
        .png(),
    ],
  ] as const)('of %s mark what is not black', (reading, mask) =>
    withMask(mask, async (root) => {
      const data = await openTest(root);
      expect(data.masks.readings).toEqual({ [reading]: 1 });
      const [defective] = await read(data);
      expect(Buffer.from(defective?.mask ?? []).equals(ones)).toBe(true);
      const { findings } = await checkDataset({ source: 'folder', root });
      expect(findings.filter(({ wrong }) => wrong)).toEqual([]);
    }),
  );

  it('of more than 16 values are antialiased, and cut at 127', () =>
    withMask(
      grey((at) => 120 + (at % 20)),
      async (root) => {
        const data = await openTest(root);
        expect(data.masks.readings).toEqual({ antialiased: 1 });
        const [defective] = await read(data);
        const expected = squares((at) => [at % 20 > 7 ? 1 : 0], [0]);
        expect(Buffer.from(defective?.mask ?? []).equals(Buffer.from(expected))).toBe(true);
      },
    ));

  it('that would be empty after the cut are refused, until a threshold or leaving out is asked for', () =>
    withMask(
      grey((at) => 1 + (at % 20)),
      async (root) => {
        await expect(openTest(root)).rejects.toMatchObject({
          code: 'mask-empty',
          message: expect.stringMatching(/masks.cut.0\.png .*bright enough: .*`maskThreshold`.*`skipBad`$/),
        });
        const [defective] = await read(await openTest(root, { maskThreshold: 10 }));
        expect(defective?.mask).toEqual(new Uint8Array(squares((at) => [at % 20 > 9 ? 1 : 0], [0])));
        const { skipped, count } = await openTest(root, { onBad: 'skip' });
        expect([skipped.length, skipped[0]?.empty, count]).toEqual([1, true, 1]);
      },
    ));

  it('that are black are refused, whatever the threshold', () =>
    withMask(
      grey(() => 0),
      async (root) => {
        for (const options of [{}, { maskThreshold: 0 }]) {
          await expect(openTest(root, options)).rejects.toMatchObject({
            code: 'mask-empty',
            message: expect.stringContaining('found it black all over'),
          });
        }
      },
    ));

  it('with regions that vanish when they shrink are counted, with and without a cache', () =>
    inTempFolder(async (root) => {
      for (let index = 0; index < 5; index++)
        await writeGrey(join(root, `good/${index}.png`), 120 + index, [100, 100]);
      await writeGrey(join(root, 'cut/0.png'), 130, [100, 100]);
      // 2x2 pixels between those that are taken at 25x25, which are those of 2, 6, 10 and so on; and 9x9 over some of them.
      const at = (row: number, column: number) =>
        (row >= 3 && row < 5 && column >= 3 && column < 5) ||
        (row >= 50 && row < 59 && column >= 50 && column < 59);
      const values = Uint8Array.from({ length: 1e4 }, (_, i) => (at(Math.floor(i / 100), i % 100) ? 255 : 0));
      const mask = await picture(values, [100, 100]).toColourspace('b-w').png().toBuffer();
      await write(join(root, 'masks/cut/0.png'), mask);
      const open = () =>
        folder({ root, split: 'test', size: [8, 8], maskSize: [25, 25], cacheFolder: join(root, '.cache') });
      const lost = { regions: 1, masks: 1 };
      expect((await open()).masks).toEqual({ readings: { binary: 1 }, lost });
      expect((await open()).masks).toEqual({ readings: { binary: 1 }, lost });
      expect(
        (await folder({ root, split: 'test', size: [8, 8], maskSize: [100, 100] })).masks.lost.regions,
      ).toBe(0);
      const { findings } = await checkDataset({ source: 'folder', root }, { maskSize: [25, 25] });
      expect(findings.map(({ code, wrong }) => [code, wrong])).toContainEqual(['regions-lost', false]);
    }));

  it.each(['0.PNG', '0_MASK.bmp', '0_mask.tif', '0.BMP'])('are found under the name %s', (name) =>
    inTempFolder(async (root) => {
      for (let index = 0; index < 5; index++) await writeGrey(join(root, `good/${index}.png`), 50 + index);
      await writeGrey(join(root, 'cut/0.png'));
      await writeGrey(join(root, 'Masks/cut', name), 255);
      const [defective] = await read(await folder({ root, split: 'test', size: [8, 8] }));
      expect(defective?.mask).toEqual(new Uint8Array(64).fill(1));
    }),
  );

  it('of which an image has two are told apart, and which is taken is said', () =>
    inTempFolder(async (root) => {
      for (let index = 0; index < 5; index++) await writeGrey(join(root, `good/${index}.png`), 50 + index);
      await writeGrey(join(root, 'cut/x.png'));
      for (const name of ['x.png', 'x_mask.png']) await writeGrey(join(root, 'masks/cut', name), 255);
      const { notes } = await folder({ root, split: 'test', size: [8, 8] });
      expect(notes).toEqual([expect.stringMatching(/^1 image with several masks: .*cut.x\.png is taken\.$/)]);
    }));
});
