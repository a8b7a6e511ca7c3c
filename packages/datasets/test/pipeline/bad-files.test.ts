import { spawnSync } from 'node:child_process';
import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type ImageEntry, openFiles } from '@utad/datasets/node';
import { describe, expect, it } from 'vitest';
import { flat, picture } from '../pictures';
import { inTempFolder } from '../temp-folder';
import { noise, read, SIZE, writePng } from './images';

const whole = () => picture(noise(1, [32, 32]), [32, 32]);
const third = async (file: Promise<Buffer>): Promise<Buffer> => {
  const bytes = await file;
  return bytes.subarray(0, Math.floor(bytes.length / 3));
};

/** A PNG whose header claims another size than it has. */
async function claiming(height: number, width: number): Promise<Buffer> {
  const png = await flat([0, 0, 0], [1, 1]).png().toBuffer();
  // IHDR: its type at 12, width at 16, height at 20, the checksum of type and 13 bytes at 29.
  png.writeUInt32BE(width, 16);
  png.writeUInt32BE(height, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}

const good = async (root: string): Promise<ImageEntry> => {
  const path = join(root, 'good.png');
  await writePng(path, noise(1, [24, 20]), [24, 20]);
  return { id: 'good', label: 0, defectType: 'good', path };
};

describe('a bad file', () => {
  const cases: [what: string, make: (path: string) => Promise<unknown>, reason: RegExp][] = [
    ['of no bytes', (path) => writeFile(path, ''), /^0 bytes$/],
    [
      'a third of a PNG',
      async (path) => writeFile(path, await third(whole().png().toBuffer())),
      /^\d+ bytes \(.+\)$/,
    ],
    [
      'a third of a JPEG',
      async (path) => writeFile(path, await third(whole().jpeg().toBuffer())),
      /^\d+ bytes \(.+\)$/,
    ],
    [
      'a third of a BMP',
      async (path) => writeFile(path, (await bmpOf(24)).subarray(0, 100)),
      /^100 bytes \(BMP ends before its last row\)$/,
    ],
    ['text', (path) => writeFile(path, 'not an image'), /^12 bytes \(.*unsupported image format.*\)$/],
    [
      'a PNG with another magic number',
      async (path) => {
        const png = await whole().png().toBuffer();
        png[1] = 0x51;
        return writeFile(path, png);
      },
      /unsupported image format/,
    ],
    [
      'that claims 100000x100000 pixels',
      async (path) => writeFile(path, await claiming(100_000, 100_000)),
      /exceeds pixel limit/,
    ],
    [
      'a BMP that claims 100000x100000 pixels',
      async (path) => {
        const bmp = await bmpOf(24);
        bmp.writeInt32LE(100_000, 18);
        bmp.writeInt32LE(100_000, 22);
        return writeFile(path, bmp);
      },
      /BMP of 100000x100000 pixels exceeds pixel limit/,
    ],
    ['that is missing', async () => {}, /ENOENT/],
    ['that is a folder', (path) => mkdir(path), /^a folder$/],
    ['that is a pipe', async (path) => spawnSync('mkfifo', [path]), /^something that is no file$/],
  ];

  it.each(cases)('%s is named in one line, and left out where that was asked for', (_, make, reason) =>
    inTempFolder(async (root) => {
      const path = join(root, 'part 1.png');
      await make(path);
      const entries: ImageEntry[] = [await good(root), { id: 'bad', label: 0, defectType: 'good', path }];
      for (const cacheFolder of [undefined, join(root, 'cache')]) {
        const options = { size: SIZE, ...(cacheFolder && { cacheFolder }) };
        const error: unknown = await openFiles(entries, options).catch((caught: unknown) => caught);
        expect(error).toMatchObject({ name: 'ImageError', path, reason: expect.stringMatching(reason) });
        expect(error instanceof Error && error.message).not.toContain('\n');
        const left = await openFiles(entries, { ...options, onBad: 'skip' });
        expect(left.skipped).toEqual([{ path, reason: expect.stringMatching(reason) }]);
        expect((await read(left)).map(({ id }) => id)).toEqual(['good']);
        await expect(openFiles(entries.slice(1), { ...options, onBad: 'skip' })).rejects.toMatchObject({
          code: 'empty',
        });
      }
    }),
  );

  it('with more bytes or pixels than allowed is refused, whatever it is', () =>
    inTempFolder(async (root) => {
      const entry = await good(root);
      const opened = (limits: object) => openFiles([entry], { size: SIZE, limits });
      await expect(opened({ bytes: 100 })).rejects.toThrow(
        /received \d+ bytes \(more than the limit of 100\)/,
      );
      await expect(opened({ pixels: 479 })).rejects.toThrow('exceeds pixel limit');
      expect((await opened({ pixels: 480, bytes: 10_000 })).count).toBe(1);
    }));

  it('that may not be read is named', () =>
    inTempFolder(async (root) => {
      const { path } = await good(root);
      await chmod(path, 0o000);
      await chmod(root, 0o755);
      // Root may read anything, so the test is somebody else for a moment.
      const asRoot = process.geteuid?.() === 0;
      if (asRoot) process.seteuid?.(65534);
      try {
        const entries: ImageEntry[] = [{ id: 'a', label: 0, defectType: 'good', path }];
        await expect(openFiles(entries, { size: SIZE })).rejects.toMatchObject({
          name: 'ImageError',
          path,
          reason: expect.stringMatching(/^EACCES: permission denied/),
        });
      } finally {
        if (asRoot) process.seteuid?.(0);
      }
    }));
});

describe('a mask or clean twin', () => {
  it.each([
    ['mask', (path: string) => ({ mask: { path } })],
    ['clean twin', (path: string) => ({ cleanTwinPath: path })],
  ])('of another size than its image is refused: %s', (_, part) =>
    inTempFolder(async (root) => {
      const entry = await good(root);
      const path = join(root, 'other.png');
      await writePng(path, noise(2, [20, 24]), [20, 24]);
      const cacheFolder = join(root, 'cache');
      for (const options of [{}, { cacheFolder }, { cacheFolder }]) {
        await expect(
          openFiles([{ ...entry, ...part(path) }], { size: SIZE, ...options }),
        ).rejects.toMatchObject({
          code: 'size-mismatch',
          message: `expected ${path} to be 24x20 as ${entry.path} is, found 20x24`,
        });
      }
    }),
  );

  it('that is bad is named itself', () =>
    inTempFolder(async (root) => {
      const entry = await good(root);
      const path = join(root, 'mask.png');
      await writeFile(path, 'none');
      await expect(openFiles([{ ...entry, mask: { path } }], { size: SIZE })).rejects.toMatchObject({ path });
    }));
});

describe('a file that changes after the opening', () => {
  it.each([
    [
      'another image',
      (root: string) => writePng(join(root, 'good.png'), noise(9, [24, 20]), [24, 20]),
      { code: 'changed' },
    ],
    ['nothing at all', (root: string) => rm(join(root, 'good.png')), { name: 'ImageError' }],
  ])('to %s is noticed when it is read again', (_, change, error) =>
    inTempFolder(async (root) => {
      const data = await openFiles([await good(root)], { size: SIZE, memoryBytes: 0 });
      await change(root);
      await expect(read(data)).rejects.toMatchObject(error);
    }),
  );

  it('back to what it was is no change', () =>
    inTempFolder(async (root) => {
      const entry = await good(root);
      const data = await openFiles([entry], { size: SIZE, memoryBytes: 0 });
      const before = await read(data);
      await copyFile(entry.path, join(root, 'copy.png'));
      await rm(entry.path);
      await copyFile(join(root, 'copy.png'), entry.path);
      expect(await read(data)).toEqual(before);
    }));
});

/** An uncompressed BMP of 8x8 black pixels. */
async function bmpOf(bits: number): Promise<Buffer> {
  const file = Buffer.alloc(54 + (8 * 8 * bits) / 8);
  file.write('BM');
  const fields = [
    [10, 54],
    [14, 40],
    [18, 8],
    [22, 8],
    [26, 1 | (bits << 16)],
  ] as const;
  for (const [at, value] of fields) file.writeUInt32LE(value, at);
  return file;
}
