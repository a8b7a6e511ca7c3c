import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repeatGrey, resizeImage, type Size } from '@utad/core';
import { decodeImage, resizePixels } from '@utad/datasets/node';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { picture } from './pictures';

/** What the loader decodes, against the decoded file resized by `resizeImage`: by how much the most different byte differs. */
async function largestDifference(file: Uint8Array, sizes: readonly Size[]): Promise<Record<string, number>> {
  const { pixels, size } = await decodeImage(file, 'image.png');
  const differences: Record<string, number> = {};
  for (const to of sizes) {
    const loaded = (await decodeImage(file, 'image.png', to)).pixels;
    const resized = resizeImage(pixels, { height: size[0], width: size[1], channels: 3 }, to);
    expect(resized).toHaveLength(loaded.length);
    differences[to.join('x')] = resized.reduce(
      (most, value, at) => Math.max(most, Math.abs(value - (loaded[at] ?? -1))),
      0,
    );
  }
  return differences;
}

/** The size of an image divided by each of these: shrunk by 1.5 to 8, enlarged, and one side alone. */
function atFactors([height, width]: Size): Size[] {
  const factors = [1.5, 2, 3, 4, 5, 8, 0.7].map((factor) => [factor, factor] as const);
  return [...factors, [13.3, 2.35] as const, [0.8, 6] as const].map(([down, across]): Size => {
    return [Math.round(height / down), Math.round(width / across)];
  });
}

/** Formats whose decoders could shrink, and what libvips would resize before it is turned or made 8 bits. */
const WRITERS: readonly (readonly [name: string, write: (picture: Sharp) => Sharp])[] = [
  ['JPEG', (photo) => photo.jpeg({ quality: 90 })],
  [
    'progressive JPEG without chroma subsampling',
    (photo) => photo.jpeg({ progressive: true, chromaSubsampling: '4:4:4' }),
  ],
  ['grey JPEG', (photo) => photo.toColourspace('b-w').jpeg()],
  ['CMYK JPEG', (photo) => photo.toColourspace('cmyk').jpeg()],
  ['JPEG with a colour profile', (photo) => photo.jpeg().withIccProfile('p3')],
  ['mirrored JPEG', (photo) => photo.jpeg().withMetadata({ orientation: 2 })],
  ['JPEG turned by a quarter', (photo) => photo.jpeg().withMetadata({ orientation: 6 })],
  ['WebP', (photo) => photo.webp()],
  ['WebP without loss', (photo) => photo.webp({ lossless: true })],
  ['transparent WebP', (photo) => photo.ensureAlpha(0.6).webp()],
  ['WebP turned by a quarter', (photo) => photo.webp().withMetadata({ orientation: 8 })],
  ['PNG turned by a quarter', (photo) => photo.png().withMetadata({ orientation: 5 })],
  ['16-bit PNG', (photo) => photo.toColourspace('rgb16').linear(0.94, 3).png()],
  ['16-bit grey PNG', (photo) => photo.toColourspace('grey16').linear(0.94, 3).png()],
  ['palette PNG', (photo) => photo.png({ palette: true })],
  ['tiled TIFF', (photo) => photo.tiff({ tile: true, compression: 'lzw' })],
];

const none = (sizes: readonly Size[]) => Object.fromEntries(sizes.map((size) => [size.join('x'), 0]));

/** Bytes that look random, the same each time. */
function noise(length: number): Uint8Array {
  let state = 7;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

describe('resizeImage gives the bytes that the loader gives for a PNG', () => {
  const sizes: Size[] = [
    [300, 300],
    [192, 192],
    [128, 100],
    [64, 64],
    [48, 31],
    [7, 5],
    [1, 1],
    [800, 600],
    [900, 50],
    [20, 700],
  ];

  // At 701x533 some positions lie exactly between two phases, where rounding errors decide.
  it.each([
    ['noise', noise(701 * 533 * 3)],
    ['black and white', noise(701 * 533 * 3).map((value) => (value < 128 ? 0 : 255))],
    ['a gradient', Uint8Array.from({ length: 701 * 533 * 3 }, (_, at) => at / (701 * 12.5))],
  ])('%s, to every size', async (_, pixels) => {
    const file = await picture(pixels, [701, 533]).png().toBuffer();
    expect(await largestDifference(file, sizes)).toEqual(none(sizes));
  });

  it('grey, also before it is repeated over three channels', async () => {
    const pixels = noise(97 * 83);
    const file = await picture(pixels, [97, 83]).toColourspace('b-w').png().toBuffer();
    for (const to of [
      [40, 30],
      [11, 90],
      [130, 7],
    ] as const) {
      const grey = resizeImage(pixels, { height: 97, width: 83, channels: 1 }, to);
      expect(repeatGrey(grey)).toEqual((await decodeImage(file, 'grey.png', to)).pixels);
      expect(await resizePixels(pixels, { height: 97, width: 83, channels: 1 }, to)).toEqual(grey);
    }
  });

  it('transparent parts laid over black first, rounded down', async () => {
    const rgba = noise(60 * 50 * 4);
    const file = await picture(rgba, [60, 50]).png().toBuffer();
    const flat = Uint8Array.from({ length: 60 * 50 * 3 }, (_, at) => {
      const pixel = Math.floor(at / 3) * 4;
      return ((rgba[pixel + (at % 3)] ?? 0) * (rgba[pixel + 3] ?? 0)) / 255;
    });
    for (const to of [
      [60, 50],
      [25, 25],
      [9, 70],
    ] as const) {
      const resized = resizeImage(flat, { height: 60, width: 50, channels: 3 }, to);
      expect(resized).toEqual((await decodeImage(file, 'alpha.png', to)).pixels);
    }
  });
});

describe('resizeImage gives the bytes that the loader gives for every format', () => {
  // Circles of several widths, which show each way of shrinking; 533 rows put some positions exactly between two phases.
  const [height, width] = [533, 401];
  const circles = Uint8Array.from({ length: height * width * 3 }, (_, at) => {
    const pixel = Math.floor(at / 3);
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return 127.5 * (1 + Math.sin((x * x + y * y) / 900 + (at % 3)));
  });

  it.each(WRITERS)('%s', async (_, write) => {
    const file = await write(picture(circles, [height, width])).toBuffer();
    const sizes = atFactors((await decodeImage(file, 'image')).size);
    expect(await largestDifference(file, sizes)).toEqual(none(sizes));
  });
});

const data = process.env.UTAD_TEST_DATA;

describe.skipIf(data === undefined)('on photos of MVTec AD (skipped without UTAD_TEST_DATA)', () => {
  const squares = [256, 192, 128, 100, 96, 64, 48, 32].map((side): Size => [side, side]);
  const sizes: Size[] = [...squares, [97, 211], [300, 41], [10, 333], [512, 512], [500, 90]];

  it.each(['screw', 'bottle', 'transistor'])('%s: the same bytes at every size', async (category) => {
    const folder = join(data ?? '', 'mvtec_ad_384', category, 'train/good');
    for (const name of readdirSync(folder).sort().slice(0, 3)) {
      expect(await largestDifference(readFileSync(join(folder, name)), sizes)).toEqual(none(sizes));
    }
  });

  it.each(WRITERS)('as %s: the same bytes at every factor', async (_, write) => {
    for (const category of ['screw', 'bottle']) {
      const folder = join(data ?? '', 'mvtec_ad_384', category, 'train/good');
      const [name = ''] = readdirSync(folder).sort();
      const photo = sharp(join(folder, name)).resize(401, 333, { fit: 'fill', kernel: 'cubic' });
      const file = await write(photo).toBuffer();
      const sizes = atFactors((await decodeImage(file, name)).size);
      expect(await largestDifference(file, sizes), category).toEqual(none(sizes));
    }
  });
});
