import type { Size } from '@utad/core';
import { decodeImage, decodeMask, resizePixels } from '@utad/datasets/node';
import { describe, expect, it } from 'vitest';
import fixture from './fixtures/pillow-bmp.json';
import { picture } from './pictures';

const [height = 0, width = 0] = fixture.size;
const size: Size = [height, width];
const fileOf = (name: string): Buffer => {
  const found = fixture.cases.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  return Buffer.from(found.file, 'hex');
};

describe('a BMP', () => {
  it.each(fixture.cases)('of $name is read as Pillow reads it', async ({ file, pixels }) => {
    const decoded = await decodeImage(Buffer.from(file, 'hex'), 'part.bmp');
    expect(decoded).toMatchObject({ size, fileSize: size });
    expect(Buffer.from(decoded.pixels).toString('hex')).toBe(pixels);
  });

  it('of greys alone is said to be one', async () => {
    expect((await decodeImage(fileOf('8 bits, greys'), 'a.bmp')).conversions).toEqual([
      'grey repeated over three channels',
    ]);
    expect((await decodeImage(fileOf('24 bits'), 'a.bmp')).conversions).toEqual([]);
  });

  it('is resized as a PNG of the same pixels', async () => {
    const bmp = fileOf('24 bits');
    const { pixels } = await decodeImage(bmp, 'a.bmp');
    const png = await picture(pixels, size).png().toBuffer();
    for (const to of [
      [2, 2],
      [7, 9],
      [2, 9],
    ] as const) {
      expect((await decodeImage(bmp, 'a.bmp', to)).pixels).toEqual(
        (await decodeImage(png, 'a.png', to)).pixels,
      );
    }
  });

  it('can be a mask', async () => {
    const mask = await decodeMask(fileOf('8 bits, greys'), 'mask.bmp', size);
    const { pixels } = await decodeImage(fileOf('8 bits, greys'), 'mask.bmp');
    expect([...mask]).toEqual(Array.from(mask, (_, at) => ((pixels[at * 3] ?? 0) > 127 ? 1 : 0)));
    expect(new Set(mask)).toEqual(new Set([0, 1]));
  });

  it.each([
    ['compressed', (file: Buffer) => file.writeUInt32LE(1, 30), '8 bits', 'compressed BMP'],
    ['16 bits a pixel', (file: Buffer) => file.writeUInt16LE(16, 28), '24 bits', 'BMP of 16 bits a pixel'],
    [
      'other fields',
      (file: Buffer) => file.writeUInt32LE(0xff, 54),
      '32 bits in fields',
      'BMP whose channels lie in other bits than RGB do',
    ],
    [
      'an old header',
      (file: Buffer) => file.writeUInt32LE(12, 14),
      '24 bits',
      'BMP with a header of 12 bytes',
    ],
    ['no width', (file: Buffer) => file.writeInt32LE(0, 18), '24 bits', 'BMP of 3x0 pixels'],
    [
      'pixels after its end',
      (file: Buffer) => file.writeUInt32LE(1000, 10),
      '24 bits',
      'BMP ends before its last row',
    ],
    [
      'a palette after its end',
      (file: Buffer) => file.writeUInt32LE(256, 46),
      '4 bits',
      'BMP ends in its palette',
    ],
    [
      'a colour that its palette lacks',
      (file: Buffer) => file.writeUInt32LE(2, 46),
      '4 bits, 9 colours',
      'of a palette of 2',
    ],
  ])('with %s is refused', async (_, spoil, name, reason) => {
    const file = fileOf(name);
    spoil(file);
    await expect(decodeImage(file, 'a.bmp')).rejects.toThrow(reason);
  });
});

describe('resizePixels', () => {
  it('places half-pixel centres: 0 and 100 to four pixels', async () => {
    const grown = await resizePixels(Uint8Array.of(0, 100), { height: 1, width: 2, channels: 1 }, [1, 4]);
    expect([...grown]).toEqual([0, 25, 75, 100]);
  });

  it('does with colours as with greys, and as decodeImage does with a file', async () => {
    const from = { height: 7, width: 6, channels: 3 } as const;
    const pixels = Uint8Array.from({ length: 7 * 6 * 3 }, (_, at) => (at * at * 31) % 256);
    const file = await picture(pixels, [7, 6]).png().toBuffer();
    const grey = await resizePixels(
      pixels.filter((_, at) => at % 3 === 1),
      { ...from, channels: 1 },
      [4, 9],
    );
    for (const to of [
      [3, 3],
      [14, 12],
      [4, 9],
      [9, 4],
    ] as const) {
      expect(await resizePixels(pixels, from, to)).toEqual((await decodeImage(file, 'a.png', to)).pixels);
    }
    const colour = await resizePixels(pixels, from, [4, 9]);
    expect([...grey]).toEqual([...colour.filter((_, at) => at % 3 === 1)]);
  });

  it('gives back what has the size already', async () => {
    const pixels = Uint8Array.of(1, 2, 3);
    expect(await resizePixels(pixels, { height: 1, width: 1, channels: 3 }, [1, 1])).toBe(pixels);
  });

  it.each([
    [
      { height: 2, width: 2, channels: 1 } as const,
      [4, 4] as const,
      'expected 4 bytes for 2x2x1, received 3',
    ],
    [
      { height: 0, width: 3, channels: 1 } as const,
      [4, 4] as const,
      'expected sides in whole pixels from 1, received 0x3 to 4x4',
    ],
    [{ height: 1, width: 3, channels: 1 } as const, [4, 0.5] as const, 'received 1x3 to 4x0.5'],
  ])('refuses %o', async (from, to, message) => {
    await expect(resizePixels(Uint8Array.of(1, 2, 3), from, to)).rejects.toThrow(message);
  });
});
