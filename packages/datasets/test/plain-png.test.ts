import { decodeImage } from '@utad/datasets/node';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { plainPng } from '../src/node/decoding/plain-png';

const [HEIGHT, WIDTH] = [6, 9];
const raw = (channels: 1 | 2 | 3 | 4) =>
  sharp(
    Uint8Array.from({ length: HEIGHT * WIDTH * channels }, (_, i) => (i * 37) % 256),
    { raw: { width: WIDTH, height: HEIGHT, channels } },
  );
const grey = () => raw(1).toColourspace('b-w');

/** Every sort of PNG that sharp writes, and whether it is of the plainest kind. */
const files: readonly (readonly [name: string, image: () => Sharp, plain: 'grey' | 'rgb' | undefined])[] = [
  ['8-bit grey', () => grey().png(), 'grey'],
  ['8-bit RGB', () => raw(3).png(), 'rgb'],
  ['RGB with a resolution', () => raw(3).withMetadata({ density: 300 }).png(), undefined],
  ['grey with alpha', () => raw(2).toColourspace('b-w').png(), undefined],
  ['RGB with alpha', () => raw(4).png(), undefined],
  ['a palette', () => raw(3).png({ palette: true }), undefined],
  ['16 bits', () => raw(3).toColourspace('rgb16').png(), undefined],
  ['interlaced', () => raw(3).png({ progressive: true }), undefined],
  ['a colour profile', () => raw(3).withIccProfile('p3').png(), undefined],
  [
    'EXIF',
    () =>
      raw(3)
        .withExif({ IFD0: { Copyright: 'nobody' } })
        .png(),
    undefined,
  ],
  ['an orientation', () => raw(3).withMetadata({ orientation: 6 }).png(), undefined],
  ['JPEG', () => raw(3).jpeg(), undefined],
];

describe('the header of a plain PNG', () => {
  it.each(files)('%s', async (_, image, plain) => {
    const file = await image().toBuffer();
    const header = plainPng(file);
    expect(header?.colours).toBe(plain);
    if (header === undefined) return;
    const { width, height, space, depth, hasAlpha, hasProfile, orientation } = await sharp(file).metadata();
    expect(header.size).toEqual([height, width]);
    expect(space).toBe(plain === 'grey' ? 'b-w' : 'srgb');
    expect({ depth, hasAlpha, hasProfile }).toEqual({ depth: 'uchar', hasAlpha: false, hasProfile: false });
    expect(orientation ?? 1).toBe(1);
  });

  it('is not read of a file that ends before its pixels', async () => {
    const file = await grey().png().toBuffer();
    const pixels = file.indexOf('IDAT') - 4;
    for (let length = 0; length < pixels; length++)
      expect(plainPng(file.subarray(0, length))).toBeUndefined();
  });

  it('does not let a larger image pass than the limits allow', async () => {
    const file = await grey().png().toBuffer();
    await expect(decodeImage(file, 'big.png', [2, 2], { pixels: HEIGHT * WIDTH - 1 })).rejects.toThrow(
      /big\.png/,
    );
    await expect(decodeImage(file, 'fits.png', [2, 2], { pixels: HEIGHT * WIDTH })).resolves.toBeDefined();
  });
});
