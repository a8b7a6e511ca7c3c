import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { repeatGrey, resizeImage } from '@utad/core';
import {
  checkDataset,
  decodeImage,
  type FileDataset,
  type ImageEntry,
  openFiles,
  whiteLevelSentences,
} from '@utad/datasets/node';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flat, picture, read } from './pictures';

/** A grey TIFF of 8x8 pixels, not compressed. */
function tiff(bits: number, sampleFormat: number, pixels: Uint8Array): Buffer {
  const fields: [tag: number, type: 3 | 4, value: number][] = [
    ...([
      [256, 3, 8],
      [257, 3, 8],
      [258, 3, bits],
      [259, 3, 1],
      [262, 3, 1],
    ] as const),
    ...([
      [273, 4, 8],
      [277, 3, 1],
      [278, 3, 8],
      [279, 4, pixels.length],
      [339, 3, sampleFormat],
    ] as const),
  ].map(([tag, type, value]) => [tag, type, value]);
  const directory = Buffer.alloc(2 + 12 * fields.length + 4);
  directory.writeUInt16LE(fields.length, 0);
  for (const [index, [tag, type, value]] of fields.entries()) {
    const at = 2 + 12 * index;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(1, at + 4);
    directory.writeUInt32LE(value, at + 8);
  }
  const header = Buffer.from([0x49, 0x49, 42, 0, 0, 0, 0, 0]);
  header.writeUInt32LE(8 + pixels.length, 4);
  return Buffer.concat([header, pixels, directory]);
}

const bytesOf = (values: { readonly buffer: ArrayBuffer }) => new Uint8Array(values.buffer);
const ramp = Array.from({ length: 64 }, (_, at) => at * 64);

describe('values that have no white', () => {
  it.each([
    ['32-bit float', tiff(32, 3, bytesOf(Float32Array.from(ramp, (value) => value / 4096)))],
    ['32-bit integer', tiff(32, 1, bytesOf(Uint32Array.from(ramp)))],
    ['16-bit integer', tiff(16, 2, bytesOf(Int16Array.from(ramp)))],
  ])('of %s are refused on one line', async (name, file) => {
    await expect(decodeImage(file, 'a.tif')).rejects.toThrow(
      new RegExp(
        `^image: .* received \\d+ bytes \\(${name} pixels, expected 8 or 16 bits without a sign\\) in a.tif$`,
      ),
    );
  });

  it('of 16 bits without a sign are read', async () => {
    const file = tiff(16, 1, bytesOf(Uint16Array.from(ramp, (value) => value * 16)));
    const { pixels, conversions } = await decodeImage(file, 'a.tif');
    expect([pixels[0], pixels[63 * 3]]).toEqual([0, 252]);
    expect(conversions).toEqual(['grey repeated over three channels', '16 bits a channel reduced to 8']);
  });
});

const grey16 = (values: readonly number[]) =>
  picture(Uint16Array.from(values), [8, 8]).toColourspace('grey16');
const rgb16 = (values: readonly number[]) =>
  picture(
    Uint16Array.from({ length: 192 }, (_, at) => (values[Math.floor(at / 3)] ?? 0) + (at % 3)),
    [8, 8],
  ).toColourspace('rgb16');

describe('a white level', () => {
  const twelveBits = ramp.map((value) => value + 63);

  it.each([
    ['grey PNG', () => grey16(twelveBits).png().toBuffer(), 0],
    ['colour PNG', () => rgb16(twelveBits).png().toBuffer(), 1],
    ['grey TIFF', async () => tiff(16, 1, bytesOf(Uint16Array.from(twelveBits))), 0],
    ['colour TIFF', () => rgb16(twelveBits).tiff({ compression: 'none' }).toBuffer(), 1],
  ])('gives 12 bits in 16 their 256 levels: %s', async (_, file, colour) => {
    const { pixels, conversions } = await decodeImage(await file(), 'a', undefined, { whiteLevel: 4095 });
    const expected = twelveBits.map((value) =>
      [0, 1, 2].map((c) => Math.min(255, (value + colour * c) >> 4)),
    );
    expect([...pixels]).toEqual(expected.flat());
    expect(conversions).toContain('16 bits a channel reduced to 8, white at 4095');
    expect(conversions).not.toContainEqual(expect.stringMatching(/fewer/));
    expect(conversions.filter((what) => what.includes('clipped'))).toHaveLength(colour);
  });

  it('of 65535 is what there is without one', async () => {
    const file = await rgb16(ramp.map((value) => value * 15))
      .png()
      .toBuffer();
    const { pixels, conversions } = await decodeImage(file, 'a', [4, 4], { whiteLevel: 65_535 });
    const without = await decodeImage(file, 'a', [4, 4]);
    expect([pixels, conversions]).toEqual([without.pixels, without.conversions]);
  });

  it('shows in a smaller picture as it would in one of 8 bits', async () => {
    const { pixels } = await decodeImage(await grey16(twelveBits).png().toBuffer(), 'a', [3, 5], {
      whiteLevel: 4095,
    });
    const eight = Uint8Array.from(twelveBits, (value) => value >> 4);
    const grey = resizeImage(eight, { height: 8, width: 8, channels: 1 }, [3, 5]);
    expect(pixels).toEqual(repeatGrey(grey));
  });

  it('makes white of what is above it, and says so', async () => {
    const file = await grey16([...Array(63).fill(100), 5000])
      .png()
      .toBuffer();
    const { pixels, conversions } = await decodeImage(file, 'a', undefined, { whiteLevel: 4095 });
    expect([pixels[0], pixels.at(-1)]).toEqual([6, 255]);
    expect(conversions).toContain('values above the white level 4095 clipped');
  });

  it('leaves images of 8 bits as they are', async () => {
    const file = await flat([100, 120, 140], [8, 8]).png().toBuffer();
    expect(await decodeImage(file, 'a', [4, 4], { whiteLevel: 255 })).toEqual(
      await decodeImage(file, 'a', [4, 4]),
    );
  });

  it.each([0, 254, 70_000, 4095.5, Number.NaN])('of %d is refused', async (whiteLevel) => {
    const file = await flat([1], [8, 8]).png().toBuffer();
    await expect(decodeImage(file, 'a', undefined, { whiteLevel })).rejects.toMatchObject({
      code: 'invalid-option',
      message: `whiteLevel: expected a whole number from 255 to 65535, received ${whiteLevel}`,
    });
  });
});

describe('a white level of a dataset', () => {
  let folder = '';
  const entry = (name: string): ImageEntry => ({
    ...{ id: name, label: 0, defectType: 'good', path: join(folder, name) },
  });
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'utad-white-'));
    await writeFile(
      join(folder, '0.png'),
      await grey16(ramp.map((value) => value / 2))
        .png()
        .toBuffer(),
    );
    await writeFile(join(folder, '1.png'), await grey16(ramp).png().toBuffer());
    await writeFile(join(folder, '8.png'), await flat([200], [8, 8]).png().toBuffer());
    await writeFile(join(folder, 'bad.png'), 'no image');
  });
  afterAll(() => rm(folder, { recursive: true }));
  const entries = (...names: string[]) => names.map(entry);
  const firstPixels = async (data: FileDataset) => (await read(data)).map(({ image }) => image.at(-1));

  it('is found by a look at all images, in one rule for all of them, and said', async () => {
    const data = await openFiles(entries('0.png', '1.png', '8.png'), { size: [8, 8], whiteLevel: 'auto' });
    expect(data.whiteLevel).toEqual({ level: 4095, from: { images: 2, largest: 4032 } });
    expect(whiteLevelSentences(data.whiteLevel)).toEqual([
      'White level: 4095, from 2 images of more than 8 bits, whose largest value is 4032.',
    ]);
    expect(await firstPixels(data)).toEqual([126, 252, 200]);
    expect(data.conversions).toContainEqual({
      what: '16 bits a channel reduced to 8, white at 4095',
      images: 2,
    });
  });

  it('is 65535 where no image has more than 8 bits, and nobody says what is not asked', async () => {
    const none = await openFiles(entries('8.png'), { size: [8, 8], whiteLevel: 'auto' });
    expect(whiteLevelSentences(none.whiteLevel)).toEqual([
      'White level: 65535, since no image has more than 8 bits.',
    ]);
    const given = await openFiles(entries('1.png'), { size: [8, 8], whiteLevel: 5000 });
    expect([given.whiteLevel, whiteLevelSentences(given.whiteLevel)]).toEqual([
      { level: 5000, from: null },
      [],
    ]);
    expect((await openFiles(entries('1.png'), { size: [8, 8] })).whiteLevel).toBeNull();
  });

  it('looks past images that are skipped, and at no others', async () => {
    const options = { size: [8, 8], whiteLevel: 'auto' } as const;
    const those = entries('bad.png', '1.png');
    await expect(openFiles(those, options)).rejects.toThrow(/bad.png/);
    const data = await openFiles(those, { ...options, onBad: 'skip' });
    expect([data.whiteLevel?.level, data.skipped.length]).toEqual([4095, 1]);
  });

  it('is in the fingerprint where it changes pixels, and nowhere else', async () => {
    const of = async (names: string[], whiteLevel?: number) => {
      const white = whiteLevel === undefined ? {} : { whiteLevel };
      return (await openFiles(entries(...names), { size: [8, 8], ...white })).fingerprint;
    };
    expect(await of(['1.png'], 4095)).not.toBe(await of(['1.png']));
    expect(await of(['1.png'], 4095)).not.toBe(await of(['1.png'], 8191));
    expect(await of(['1.png'], 65_535)).toBe(await of(['1.png']));
    expect(await of(['8.png'], 4095)).toBe(await of(['8.png']));
  });

  it('has a cache of its own', async () => {
    const cached = { size: [8, 8], cacheFolder: join(folder, 'cache'), memoryBytes: 0 } as const;
    for (const found of [0, 1]) {
      for (const [whiteLevel, pixel] of [
        [4095, 252],
        [8191, 126],
      ] as const) {
        const data = await openFiles(entries('1.png'), { ...cached, whiteLevel });
        expect([await firstPixels(data), data.cache?.found]).toEqual([[pixel], found]);
      }
      const data = await openFiles(entries('1.png'), cached);
      expect([await firstPixels(data), data.cache?.found]).toEqual([[15], found]);
    }
  });

  it('is read again, not from the cache, with the same pixels', async () => {
    const data = await openFiles(entries('1.png'), { size: [4, 4], whiteLevel: 4095, memoryBytes: 0 });
    const [first, second] = [await read(data), await read(data)];
    expect(first).toEqual(second);
  });

  it('is advised by a check of images that use fewer bits than 16', async () => {
    const there = await mkdtemp(join(folder, 'check-'));
    for (const name of ['0.png', '1.png', '8.png']) await copyFile(join(folder, name), join(there, name));
    const { findings } = await checkDataset({ source: 'folder', root: there });
    expect(findings).toEqual([
      {
        ...{ code: 'white-level', wrong: false, paths: [] },
        message:
          '2 images of 16 bits reach 4032 at most, where white is taken to be 65535: learn with `whiteLevel` auto, or 4095.',
      },
    ]);
  });
});

describe('what is said of an image', () => {
  it('that 12 bits in 16 keep few levels', async () => {
    const file = await picture(Uint16Array.from(ramp), [8, 8]).toColourspace('grey16').png().toBuffer();
    const { conversions } = await decodeImage(file, 'a.png', [4, 4]);
    expect(conversions).toContain(
      'fewer than 32 grey levels left of its 16 bits, since white is taken to be 65535; learn with `whiteLevel` auto',
    );
  });

  it('that it is the first of several frames, of WebP and PNG', async () => {
    const frame = (value: number) => flat([value, value, value], [8, 8]).png().toBuffer();
    const frames = await Promise.all([10, 90, 200].map(frame));
    const webp = await sharp(frames, { join: { animated: true } })
      .webp({ lossless: true })
      .toBuffer();
    const first = await decodeImage(webp, 'a.webp');
    expect([first.fileSize, first.pixels[0], first.conversions]).toEqual([
      [8, 8],
      10,
      ['the first of 3 frames or pages taken'],
    ]);
    const [png = Buffer.alloc(0)] = frames;
    const chunk = Buffer.alloc(20);
    chunk.writeUInt32BE(8, 0);
    chunk.write('acTL', 4, 'latin1');
    chunk.writeUInt32BE(2, 8);
    chunk.writeUInt32BE(crc32(chunk.subarray(4, 16)), 16);
    const animated = Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
    expect((await decodeImage(animated, 'a.png')).conversions).toContain(
      'the first of 2 frames or pages taken',
    );
  });
});
