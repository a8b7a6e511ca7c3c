import type { Size } from '@utad/core';
import { decodeImage, decodeMask } from '@utad/datasets/node';
import { describe, expect, it } from 'vitest';
import fixture from './fixtures/pillow-resize.json';
import { flat, picture } from './pictures';

/** The picture of pillow_resize.py. */
function formula([height, width]: Size): Uint8Array {
  const pixels: number[] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      for (let channel = 0; channel < 3; channel++) {
        pixels.push((97 * row * row + 57 * column * (row + 1) + 83 * channel + 31 * column * column) % 256);
      }
    }
  }
  return Uint8Array.from(pixels);
}

const sizeOf = ([height = 0, width = 0]: readonly number[]): Size => [height, width];

/** The largest difference from Pillow, over all pixels and without the outermost ones. */
async function differenceFromPillow(index: number): Promise<{ all: number; inner: number; mean: number }> {
  const { from, to, pixels } = fixture.cases[index] ?? { from: [], to: [], pixels: '' };
  const [height, width] = sizeOf(to);
  const file = await picture(formula(sizeOf(from)), sizeOf(from))
    .png()
    .toBuffer();
  const ours = (await decodeImage(file, 'formula.png', [height, width])).pixels;
  const theirs = Buffer.from(pixels, 'hex');
  expect(ours).toHaveLength(theirs.length);
  const worst = { all: 0, inner: 0, mean: 0 };
  for (const [at, value] of theirs.entries()) {
    const difference = Math.abs(value - (ours[at] ?? 0));
    const [row, column] = [Math.floor(at / 3 / width), Math.floor(at / 3) % width];
    const outermost = row === 0 || column === 0 || row === height - 1 || column === width - 1;
    worst.all = Math.max(worst.all, difference);
    if (!outermost) worst.inner = Math.max(worst.inner, difference);
    worst.mean += difference / theirs.length;
  }
  return worst;
}

describe('resizing, against BILINEAR of Pillow on noise', () => {
  const titled = fixture.cases.map(({ from, to }, index) => ({
    index,
    title: `${from.join('x')} to ${to.join('x')}`,
  }));
  const [halved, twoThirds, threeAndAHalf, sixth, enlarged, mixed] = titled;

  it.each([halved, twoThirds, threeAndAHalf, mixed])(
    '$title: within 1, the outermost pixels within 14',
    async (one) => {
      const { inner, all } = await differenceFromPillow(one?.index ?? -1);
      expect(inner).toBeLessThanOrEqual(1);
      expect(all).toBeLessThanOrEqual(14);
    },
  );

  it.each([enlarged])('$title: within 1 everywhere', async (one) => {
    expect((await differenceFromPillow(one?.index ?? -1)).all).toBeLessThanOrEqual(1);
  });

  it.each([sixth])('$title: within 11, and 3 on average', async (one) => {
    const { all, mean } = await differenceFromPillow(one?.index ?? -1);
    expect(all).toBeLessThanOrEqual(11);
    expect(mean).toBeLessThan(3);
  });
});

describe('resizing', () => {
  it('puts what it enlarges where it was: 0, 100, 200, 50 to eight pixels', async () => {
    const row = Uint8Array.from([0, 100, 200, 50].flatMap((value) => [value, value, value]));
    const { pixels } = await decodeImage(await picture(row, [1, 4]).png().toBuffer(), 'row.png', [1, 8]);
    const reds = [...pixels].filter((_, index) => index % 3 === 0);
    // Half-pixel centres: positions -0.25, 0.25, 0.75 ... of the source.
    expect(reds).toEqual([0, 25, 75, 125, 175, 163, 88, 50]);
  });

  it('does not keep the aspect ratio, and says what it did', async () => {
    const { size, conversions } = await decodeImage(
      await flat([9, 9, 9], [10, 20]).png().toBuffer(),
      'a.png',
      [8, 8],
    );
    expect(size).toEqual([8, 8]);
    expect(conversions).toEqual(['resized from 10x20 to 8x8']);
  });

  it('mixes transparent parts with black before it resizes, so that hidden colours do not bleed', async () => {
    const hidden = Uint8Array.from([255, 255, 255, 0, 255, 255, 255, 0, 0, 0, 0, 255, 0, 0, 0, 255]);
    const file = await picture(hidden, [1, 4]).png().toBuffer();
    expect([...(await decodeImage(file, 'a.png', [1, 2])).pixels]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('a mask', () => {
  const maskOf = async (values: readonly number[], from: Size, to: Size) => {
    const file = await picture(Uint8Array.from(values), from).toColourspace('b-w').png().toBuffer();
    return [...(await decodeMask(file, 'mask.png', to))];
  };

  it('is 1 where it is brighter than half', async () => {
    expect(await maskOf([0, 127, 128, 255], [1, 4], [1, 4])).toEqual([0, 0, 1, 1]);
  });

  it('shrinks to what lies at the centres: of six, the second and the fifth', async () => {
    expect(await maskOf([0, 255, 0, 0, 0, 0], [1, 6], [1, 2])).toEqual([1, 0]);
    expect(await maskOf([255, 0, 255, 255, 0, 255], [1, 6], [1, 2])).toEqual([0, 0]);
    expect(await maskOf([0, 0, 0, 0, 255, 0], [6, 1], [2, 1])).toEqual([0, 1]);
  });

  it('grows without becoming grey', async () => {
    expect(await maskOf([0, 255], [1, 2], [2, 4])).toEqual([0, 0, 1, 1, 0, 0, 1, 1]);
  });

  it('may be 16-bit or colour', async () => {
    const wide = await picture(Uint16Array.of(0, 65535), [1, 2]).toColourspace('grey16').png().toBuffer();
    expect([...(await decodeMask(wide, 'mask.png', [1, 2]))]).toEqual([0, 1]);
    const colour = await picture(Uint8Array.of(0, 0, 0, 255, 255, 255), [1, 2])
      .png()
      .toBuffer();
    expect([...(await decodeMask(colour, 'mask.png', [1, 2]))]).toEqual([0, 1]);
  });
});
