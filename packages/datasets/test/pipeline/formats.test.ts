import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage, type ImageEntry, openFiles } from '@utad/datasets/node';
import { describe, expect, it } from 'vitest';
import bmp from '../fixtures/pillow-bmp.json';
import { flat, picture } from '../pictures';
import { inTempFolder } from '../temp-folder';
import { noise, read } from './images';

const SIZE = [24, 20] as const;
const rgb = noise(1, SIZE);
const FILES: Record<string, () => Promise<Buffer>> = {
  'a.png': () => picture(rgb, SIZE).png().toBuffer(),
  'grey.png': () => picture(rgb.subarray(0, 480), SIZE).toColourspace('b-w').png().toBuffer(),
  'deep.png': () =>
    picture(
      Uint16Array.from(rgb, (value) => value * 257),
      SIZE,
    )
      .toColourspace('rgb16')
      .png()
      .toBuffer(),
  'alpha.png': () => flat([200, 100, 50, 128], SIZE).png().toBuffer(),
  'palette.png': () => picture(rgb, SIZE).png({ palette: true, colours: 16 }).toBuffer(),
  'turned.jpg': () => picture(rgb, SIZE).jpeg().withMetadata({ orientation: 6 }).toBuffer(),
  'cmyk.jpg': () => picture(rgb, SIZE).toColourspace('cmyk').jpeg().toBuffer(),
  'a.webp': () => picture(rgb, SIZE).webp().toBuffer(),
  'a.tif': () => picture(rgb, SIZE).tiff({ compression: 'lzw' }).toBuffer(),
  'a.bmp': async () => Buffer.from(bmp.cases.find(({ name }) => name === '24 bits')?.file ?? '', 'hex'),
};

describe('an image of any format', () => {
  it.each([
    ['shrunk', [9, 7]],
    ['enlarged', [40, 50]],
    ['one of both', [12, 50]],
    ['as it is', [24, 20]],
  ] as const)('%s is the same from its first decoding, a second one, and the cache', (_, to) =>
    inTempFolder(async (root) => {
      const entries: ImageEntry[] = [];
      const expected: Uint8Array[] = [];
      await mkdir(root, { recursive: true });
      for (const [name, make] of Object.entries(FILES)) {
        const [path, file] = [join(root, name), await make()];
        await writeFile(path, file);
        entries.push({ id: name, label: 0, defectType: 'good', path });
        expected.push((await decodeImage(file, path, to)).pixels);
      }
      const cacheFolder = join(root, 'cache');
      const more = [{}, { memoryBytes: 0 }, { memoryBytes: 0, cacheFolder }, { memoryBytes: 0, cacheFolder }];
      const opened = [];
      for (const options of more) opened.push(await openFiles(entries, { size: to, ...options }));
      for (const data of opened) {
        for (const [index, { id, image }] of (await read(data)).entries())
          expect(image, id).toEqual(expected[index]);
        expect(data.conversions).toEqual(opened[0]?.conversions);
      }
    }),
  );
});

describe('a fingerprint', () => {
  /** Of one image whose pixels are those of version 2 of the decoder, or of a later one. */
  const fingerprintOf = (name: string, file: Buffer, to: readonly [number, number], version = '') => {
    const digest = createHash('sha256').update(file).digest('hex') + version;
    const facts = JSON.stringify([2, to, to]) + JSON.stringify([name, 0, 'good', null, digest]);
    return createHash('sha256').update(facts).digest('hex');
  };

  it.each([
    [
      'stays for what is shrunk as before',
      ['a.png', 'grey.png', 'alpha.png', 'palette.png', 'a.tif', 'a.bmp'],
      [9, 7],
      '',
    ],
    ['stays where nothing shrinks', ['cmyk.jpg', 'a.webp', 'turned.jpg', 'deep.png'], [24, 24], ''],
    [
      'changes for what is now shrunk as a whole',
      ['cmyk.jpg', 'a.webp', 'turned.jpg', 'deep.png'],
      [9, 7],
      ' v3',
    ],
  ] as const)('%s', (_, names, to, version) =>
    inTempFolder(async (root) => {
      await mkdir(root, { recursive: true });
      for (const name of names) {
        const [path, file] = [join(root, name), await (FILES[name]?.() ?? Promise.reject(new Error(name)))];
        await writeFile(path, file);
        const entry: ImageEntry = { id: name, label: 0, defectType: 'good', path };
        const { fingerprint } = await openFiles([entry], { size: to });
        expect(fingerprint, name).toBe(fingerprintOf(name, file, to, version));
      }
    }),
  );
});
