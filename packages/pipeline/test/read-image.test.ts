import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readInput } from '../src/node/predict';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'utad-image-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** 24 bits a pixel, 3 pixels wide and 2 high, all of them (10, 20, 30). */
function bmp(): Uint8Array {
  const [width, height, stride] = [3, 2, 12];
  const file = Buffer.alloc(54 + stride * height);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) file.set([30, 20, 10], 54 + y * stride + x * 3);
  }
  return file;
}

describe('an image to predict', () => {
  it('may be a BMP, which libvips does not read', async () => {
    const path = join(folder, 'a.bmp');
    await writeFile(path, bmp());
    const image = (await readInput({ path }, [2, 3])).decoded;
    expect(image.fileSize).toEqual([2, 3]);
    expect([...image.pixels.subarray(0, 3)]).toEqual([10, 20, 30]);
  });

  it('has the size that a viewer shows, turned as its EXIF orientation says', async () => {
    const path = join(folder, 'a.jpg');
    const grey = sharp({ create: { width: 40, height: 20, channels: 3, background: '#808080' } });
    await grey.withMetadata({ orientation: 6 }).jpeg().toFile(path);
    expect((await readInput({ path }, [8, 8])).decoded.fileSize).toEqual([40, 20]);
  });

  it('that is none is named', async () => {
    const path = join(folder, 'a.png');
    await writeFile(path, 'no image');
    await expect(readInput({ path }, [8, 8])).rejects.toMatchObject({ name: 'ImageError', path });
    await expect(readInput({ path: join(folder, 'b.png') }, [8, 8])).rejects.toMatchObject({
      name: 'ImageError',
    });
  });
});
