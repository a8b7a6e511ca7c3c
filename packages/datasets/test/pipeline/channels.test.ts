import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage, type ImageEntry, openFiles } from '@utad/datasets/node';
import { describe, expect, it } from 'vitest';
import { picture } from '../pictures';
import { inTempFolder } from '../temp-folder';
import { noise, read, SIZE, writePng } from './images';

const FILE = [24, 20] as const;
const good = (path: string): ImageEntry => ({ id: path, label: 0, defectType: 'good', path });

async function rgbOf(path: string): Promise<Uint8Array> {
  return (await decodeImage(await readFile(path), path, SIZE)).pixels;
}

async function writeGreyPng(path: string, seed: number): Promise<void> {
  const grey = firstOfThree(noise(seed, FILE));
  await writeFile(path, await picture(grey, FILE).toColourspace('b-w').png().toBuffer());
}

const firstOfThree = (pixels: Uint8Array) => pixels.filter((_, index) => index % 3 === 0);

/** The records without a cache, while one is filled, from a full one, and from memory. */
async function readEveryWay(entries: readonly ImageEntry[], root: string) {
  const cacheFolder = join(root, 'cache');
  const ways = [];
  for (const more of [{}, { cacheFolder }, { cacheFolder }, { memoryBytes: 0 }]) {
    const data = await openFiles(entries, { size: SIZE, memoryBytes: 0, ...more });
    ways.push(await read(data));
  }
  const inMemory = await openFiles(entries, { size: SIZE });
  return [...ways, await read(inMemory), await read(inMemory)];
}

describe('grey images', () => {
  it('are one channel where all of a dataset are grey, however they are read', () =>
    inTempFolder(async (root) => {
      const paths = [join(root, 'a.png'), join(root, 'b.png')];
      for (const [seed, path] of paths.entries()) await writeGreyPng(path, seed);
      const images = await Promise.all(paths.map(async (path) => firstOfThree(await rgbOf(path))));
      for (const records of await readEveryWay(paths.map(good), root)) {
        expect(records.map(({ channels }) => channels)).toEqual([1, 1]);
        expect(records.map(({ image }) => image)).toEqual(images);
      }
    }));

  it('are repeated over three channels where one image has colours, however they are read', () =>
    inTempFolder(async (root) => {
      const paths = [join(root, 'a.png'), join(root, 'b.png'), join(root, 'c.png')];
      const [first = '', second = '', third = ''] = paths;
      await writeGreyPng(first, 0);
      await writePng(second, noise(1, FILE), FILE);
      await writeGreyPng(third, 2);
      const images = await Promise.all(paths.map(rgbOf));
      for (const records of await readEveryWay(paths.map(good), root)) {
        expect(records.map(({ channels }) => channels)).toEqual([3, 3, 3]);
        expect(records.map(({ image }) => image)).toEqual(images);
      }
    }));

  it('have as many channels as their clean twins', () =>
    inTempFolder(async (root) => {
      const [image, twin] = [join(root, 'image.png'), join(root, 'twin.png')];
      await writeGreyPng(image, 0);
      await writePng(twin, noise(1, FILE), FILE);
      const entry: ImageEntry = { ...good(image), cleanTwinPath: twin };
      const [expectedImage, expectedTwin] = [await rgbOf(image), await rgbOf(twin)];
      for (const [record] of await readEveryWay([entry], root)) {
        expect(record).toMatchObject({ channels: 3, image: expectedImage, cleanTwin: expectedTwin });
      }
    }));
});
