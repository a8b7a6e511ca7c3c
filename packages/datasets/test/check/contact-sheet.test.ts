import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MNIST, MVTEC_AD } from '@utad/datasets';
import { contactSheet, type DatasetLocation } from '@utad/datasets/node';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digit, writeDigits } from '../class-files';
import { picture, writeGrey } from '../pictures';
import { makeTempFolder } from '../temp-folder';

let root = '';

beforeEach(async () => {
  root = await makeTempFolder();
});

afterEach(() => rm(root, { recursive: true, force: true }));

const nut = (): DatasetLocation => ({ source: 'tree', known: MVTEC_AD, root });

/** One defective image, and a mask of one pixel. */
async function writeOne(side: number, [row, column]: readonly [number, number]): Promise<void> {
  await writeGrey(join(root, 'nut/test/dent/0.png'), 60, [side, side]);
  await writeGrey(join(root, 'nut/ground_truth/dent/0_mask.png'), 0, [side, side]);
  const mask = new Uint8Array(side * side);
  mask[row * side + column] = 255;
  const png = picture(mask, [side, side]).toColourspace('b-w').png();
  await writeFile(join(root, 'nut/ground_truth/dent/0_mask.png'), await png.toBuffer());
}

async function pixelsOf(png: Uint8Array) {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const at = (row: number, column: number) => [
    ...data.subarray((row * info.width + column) * 3).subarray(0, 3),
  ];
  const where = (colour: readonly number[]) => {
    const found: (readonly [number, number])[] = [];
    for (let row = 0; row < info.height; row++) {
      for (let column = 0; column < info.width; column++) {
        if (at(row, column).every((value, channel) => value === colour[channel])) found.push([row, column]);
      }
    }
    return found;
  };
  return { height: info.height, width: info.width, at, where };
}

const OUTLINE = [255, 0, 200];
/** Below the caption (two gaps of 4 and letters of 14), and beside the first gap. */
const [TOP, LEFT] = [22, 4];

describe('contactSheet', () => {
  it('draws around what a mask marks, and not on it', async () => {
    await writeOne(8, [2, 3]);
    const { png, width, height } = await contactSheet(nut(), { size: 16, columns: 1 });
    const sheet = await pixelsOf(png);
    expect([sheet.height, sheet.width]).toEqual([height, width]);
    // One pixel of 8x8 is 2x2 of 16x16, and 12 pixels are around these.
    const around = [3, 4, 5, 6].flatMap((row) => [5, 6, 7, 8].map((column) => [TOP + row, LEFT + column]));
    const inside = (row: number, column: number) =>
      row > TOP + 3 && row < TOP + 6 && column > LEFT + 5 && column < LEFT + 8;
    expect(sheet.where(OUTLINE)).toEqual(around.filter(([row = 0, column = 0]) => !inside(row, column)));
    expect(sheet.at(TOP + 4, LEFT + 6)).toEqual([60, 60, 60]);
  });

  it('loses no mark, however small', async () => {
    await writeOne(100, [51, 49]);
    const sheet = await pixelsOf((await contactSheet(nut(), { size: 20, columns: 1 })).png);
    // Pixel 51, 49 of 100 lies in 10, 9 of 20.
    const around = [9, 10, 11].flatMap((row) => [8, 9, 10].map((column) => [TOP + row, LEFT + column]));
    expect(sheet.where(OUTLINE)).toEqual(
      around.filter(([row, column]) => row !== TOP + 10 || column !== LEFT + 9),
    );
  });

  it('shows a few of each kind, evenly spread, and says how many there are', async () => {
    for (let index = 0; index < 10; index++)
      await writeGrey(join(root, `nut/train/good/${index}.png`), 20 * index);
    await writeGrey(join(root, 'nut/test/good/0.png'), 7);
    const { groups, png, width, height } = await contactSheet(nut(), { count: 5, columns: 3, size: 16 });
    expect(groups).toEqual([
      { name: 'nut/train/good', images: 10, shown: 5 },
      { name: 'nut/test/good', images: 1, shown: 1 },
    ]);
    // Two captions of 22 pixels, three rows of 16 and a gap of 4, and the last gap.
    expect([height, width]).toEqual([2 * 22 + 3 * 20 + 4, 3 * 20 + 4]);
    const sheet = await pixelsOf(png);
    const shown = [0, 1, 2, 3, 4].map(
      (tile) => sheet.at(TOP + 8 + 20 * Math.floor(tile / 3), LEFT + 8 + 20 * (tile % 3))[0],
    );
    expect(shown).toEqual([0, 40, 80, 120, 160]);
  });

  it('keeps the aspect ratio', async () => {
    await writeGrey(join(root, 'nut/train/good/0.png'), 200, [10, 40]);
    await writeGrey(join(root, 'nut/test/good/0.png'), 201, [10, 40]);
    const sheet = await pixelsOf((await contactSheet(nut(), { size: 40, columns: 1 })).png);
    expect(sheet.where([200, 200, 200])).toHaveLength(10 * 40);
  });

  it('writes captions in letters of its own', async () => {
    await writeGrey(join(root, 'l/train/good/0.png'), 200);
    await writeGrey(join(root, 'l/test/good/0.png'), 201);
    const sheet = await pixelsOf((await contactSheet({ ...nut() }, { size: 16, columns: 12 })).png);
    // L is an upright of seven points and a foot of four more, each 2x2 pixels; five of six columns are a letter's.
    const letter = sheet.where([228, 228, 231]).filter(([row, column]) => row < TOP && column < LEFT + 12);
    expect(letter).toHaveLength((7 + 4) * 4);
  });

  it('shows a few images of each class, grey repeated', async () => {
    await writeDigits(root, { train: [3, 3, 7], test: [7] }, { size: [16, 16] });
    const { groups, png } = await contactSheet(
      { source: 'classes', known: MNIST, root },
      { count: 1, size: 16 },
    );
    expect(groups).toEqual([
      { name: 'train/3', images: 2, shown: 1 },
      { name: 'train/7', images: 1, shown: 1 },
      { name: 'test/7', images: 1, shown: 1 },
    ]);
    const [grey = -1] = digit('train', 0, [16, 16]);
    expect((await pixelsOf(png)).at(TOP, LEFT)).toEqual([grey, grey, grey]);
  });

  it('draws a cross where an image cannot be read, and names it', async () => {
    await writeGrey(join(root, 'nut/train/good/0.png'));
    await writeGrey(join(root, 'nut/test/good/0.png'));
    await writeFile(join(root, 'nut/train/good/1.png'), 'no image');
    const { unreadable, png } = await contactSheet(nut(), { size: 16, columns: 2 });
    expect(unreadable).toEqual([
      { path: join(root, 'nut/train/good/1.png'), reason: expect.stringContaining('8 bytes') },
    ]);
    expect((await pixelsOf(png)).where([220, 60, 60])).toHaveLength(32);
  });

  it.each([
    [{ count: 0 }, 'count: expected a whole number from 1 to 10000, received 0'],
    [{ columns: 1.5 }, 'columns: expected a whole number from 1 to 1000, received 1.5'],
    [{ size: 8 }, 'size: expected a whole number from 16 to 1024, received 8'],
    [
      { columns: 1000, size: 1024 },
      'contact sheet: expected at most 134217728 pixels, received 1054x1028004',
    ],
  ])('refuses %o', async (options, message) => {
    await writeOne(8, [0, 0]);
    await expect(contactSheet(nut(), options)).rejects.toThrow(message);
  });
});
