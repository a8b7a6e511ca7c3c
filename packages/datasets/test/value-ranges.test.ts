import { crc32 } from 'node:zlib';
import { decodeImage } from '@utad/datasets/node';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { flat, picture } from './pictures';

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

describe('what is said of an image', () => {
  it('that 12 bits in 16 keep few levels', async () => {
    const file = await picture(Uint16Array.from(ramp), [8, 8]).toColourspace('grey16').png().toBuffer();
    const { conversions } = await decodeImage(file, 'a.png', [4, 4]);
    expect(conversions).toContain(
      'fewer than 32 grey levels left of its 16 bits, since white is taken to be 65535',
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
