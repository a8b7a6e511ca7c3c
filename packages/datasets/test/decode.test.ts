import { crc32 } from 'node:zlib';
import type { Size } from '@utad/core';
import { ImageError } from '@utad/datasets';
import { decodeImage } from '@utad/datasets/node';
import { describe, expect, it } from 'vitest';
import { firstPixel, flat, picture } from './pictures';

const SIZE: Size = [4, 6];
const ORANGE = [230, 120, 40];
/** A colour that ink can print. */
const BROWN = [150, 110, 90];
const ramp = Uint8Array.from({ length: 4 * 6 * 3 }, (_, index) => index * 3);
const decoded = (file: Uint8Array, size?: Size) => decodeImage(file, 'part.png', size);

async function errorOf(file: Uint8Array): Promise<ImageError> {
  const error: unknown = await decodeImage(file, 'parts/part 1.png').catch((caught: unknown) => caught);
  if (error instanceof ImageError) return error;
  throw new Error(`expected an ImageError, received ${String(error)}`);
}

describe('decoding', () => {
  it.each([
    ['PNG', () => picture(ramp, SIZE).png()],
    ['lossless WebP', () => picture(ramp, SIZE).webp({ lossless: true })],
    ['TIFF', () => picture(ramp, SIZE).tiff({ compression: 'lzw' })],
  ])('gives the bytes of an 8-bit RGB %s and says that it changed nothing', async (_, make) => {
    expect(await decoded(await make().toBuffer())).toEqual({
      pixels: ramp,
      size: SIZE,
      fileSize: SIZE,
      conversions: [],
    });
  });

  it('gives a JPEG nearly as it was', async () => {
    const file = await flat(ORANGE, [16, 16]).jpeg({ quality: 100 }).toBuffer();
    const { pixels, conversions } = await decoded(file);
    for (const [index, value] of pixels.entries())
      expect(Math.abs(value - (ORANGE[index % 3] ?? 0))).toBeLessThan(3);
    expect(conversions).toEqual([]);
  });

  it('reduces 16 bits a channel to 8: v * 257 becomes v', async () => {
    const wide = Uint16Array.from(ramp, (value) => value * 257);
    const file = await picture(wide, SIZE).toColourspace('rgb16').png().toBuffer();
    expect(await decoded(file)).toEqual({
      pixels: ramp,
      size: SIZE,
      fileSize: SIZE,
      conversions: ['16 bits a channel reduced to 8'],
    });
  });

  it('repeats grey over three channels', async () => {
    const grey = ramp.subarray(0, 24);
    const file = await picture(grey, SIZE).toColourspace('b-w').png().toBuffer();
    const { pixels, conversions } = await decoded(file);
    expect([...pixels]).toEqual([...grey].flatMap((value) => [value, value, value]));
    expect(conversions).toEqual(['grey repeated over three channels']);
  });

  it('does both for 16-bit grey', async () => {
    const wide = Uint16Array.from(ramp.subarray(0, 24), (value) => value * 257);
    const file = await picture(wide, SIZE).toColourspace('grey16').png().toBuffer();
    const { pixels, conversions } = await decoded(file);
    expect([...pixels]).toEqual([...ramp.subarray(0, 24)].flatMap((value) => [value, value, value]));
    expect(conversions).toEqual(['grey repeated over three channels', '16 bits a channel reduced to 8']);
  });

  it('lays transparent parts over black: half of 200, 100, 50 is left', async () => {
    const file = await flat([200, 100, 50, 128], SIZE).png().toBuffer();
    const { pixels, conversions } = await decoded(file);
    expect(pixels).toHaveLength(4 * 6 * 3);
    for (const [index, expected] of [100, 50, 25].entries()) {
      expect(Math.abs((pixels[index] ?? 0) - expected)).toBeLessThanOrEqual(1);
    }
    expect(conversions).toEqual(['transparency laid over black']);
  });

  it('reads a palette', async () => {
    const two = Uint8Array.from({ length: 72 }, (_, index) => (index < 36 ? (ORANGE[index % 3] ?? 0) : 10));
    const file = await picture(two, SIZE).png({ palette: true, colours: 2, dither: 0 }).toBuffer();
    // The palette's own rounding is the writer's.
    const { pixels } = await decoded(file);
    for (const [index, value] of pixels.entries())
      expect(Math.abs(value - (two[index] ?? 0))).toBeLessThanOrEqual(2);
  });

  it.each([
    ['JPEG', () => flat(BROWN, [16, 16]).toColourspace('cmyk').jpeg({ quality: 100 })],
    ['TIFF', () => flat(BROWN, [16, 16]).toColourspace('cmyk').tiff({ compression: 'lzw' })],
  ])('converts a CMYK %s to the colour it stands for', async (_, make) => {
    const { pixels, size, conversions } = await decoded(await make().toBuffer());
    expect(pixels).toHaveLength(16 * 16 * 3);
    expect(size).toEqual([16, 16]);
    // The way into ink and back is not exact: 10 at most here.
    for (const [index, value] of firstPixel(pixels).entries()) {
      expect(Math.abs(value - (BROWN[index] ?? 0))).toBeLessThan(12);
    }
    expect(conversions).toEqual(['CMYK converted to sRGB']);
  });

  it('turns a JPEG as its EXIF orientation says', async () => {
    const redThenBlue = Uint8Array.from({ length: 16 * 32 * 3 }, (_, index) => {
      const left = Math.floor(index / 3) % 32 < 16;
      return index % 3 === (left ? 0 : 2) ? 255 : 0;
    });
    // Orientation 6: the camera was held so that the picture's left side is its top.
    const file = await picture(redThenBlue, [16, 32]).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    const { pixels, size, conversions } = await decoded(file);
    expect(size).toEqual([32, 16]);
    expect(conversions).toEqual(['turned as its EXIF orientation says']);
    const [top, bottom] = [firstPixel(pixels), firstPixel(pixels.subarray(31 * 16 * 3))];
    expect(top[0]).toBeGreaterThan(240);
    expect(top[2]).toBeLessThan(15);
    expect(bottom[0]).toBeLessThan(15);
    expect(bottom[2]).toBeGreaterThan(240);

    expect((await decoded(file, [32, 16])).conversions).toEqual(['turned as its EXIF orientation says']);
    expect((await decoded(file, [8, 8])).conversions).toEqual([
      'turned as its EXIF orientation says',
      'resized from 32x16 to 8x8',
    ]);
  });
});

describe('a file that is no image', () => {
  it('of zero bytes is named', async () => {
    const error = await errorOf(new Uint8Array());
    expect(error.path).toBe('parts/part 1.png');
    expect(error.reason).toBe('0 bytes');
    expect(error.message).toBe(
      'image: expected a readable PNG, JPEG, WebP, TIFF or BMP, received 0 bytes in parts/part 1.png',
    );
  });

  it.each([
    ['PNG', () => picture(noise, [32, 32]).png()],
    ['JPEG', () => picture(noise, [32, 32]).jpeg()],
    ['WebP', () => picture(noise, [32, 32]).webp()],
    ['TIFF', () => picture(noise, [32, 32]).tiff({ compression: 'lzw' })],
  ])('because the last third of a %s is missing is refused, in one line', async (_, make) => {
    const whole = await make().toBuffer();
    const part = whole.subarray(0, Math.floor((2 * whole.length) / 3));
    const { message, reason } = await errorOf(part);
    expect(reason).toMatch(new RegExp(`^${part.length} bytes \\(.+\\)$`));
    expect(message).not.toContain('\n');
  });

  it('but text is refused', async () => {
    const text = new TextEncoder().encode('not an image');
    expect((await errorOf(text)).reason).toMatch(/^12 bytes \(.*unsupported image format.*\)$/);
  });

  it('but an SVG is refused', async () => {
    const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>');
    expect((await errorOf(svg)).reason).toBe(`${svg.length} bytes (format svg)`);
  });

  it('because it claims 10 gigapixels is refused before it is decoded', async () => {
    const bomb = new Uint8Array(await flat([0, 0, 0], [1, 1]).png().toBuffer());
    // IHDR: its type at 12, width at 16, height at 20, the checksum of type and 13 bytes at 29.
    const view = new DataView(bomb.buffer);
    view.setUint32(16, 100_000);
    view.setUint32(20, 100_000);
    view.setUint32(29, crc32(bomb.subarray(12, 29)));
    expect((await errorOf(bomb)).reason).toContain('exceeds pixel limit');
  });
});

const noise = Uint8Array.from({ length: 32 * 32 * 3 }, (_, index) => (index * index * 97 + index * 31) % 251);
