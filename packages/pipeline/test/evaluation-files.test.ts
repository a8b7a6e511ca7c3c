import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ImageRecord, imageBatch, type Size } from '@utad/core';
import { predictWhole } from '@utad/detector';
import type { EvaluatedImage, EvaluationObserver } from '@utad/pipeline';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listing } from '../../../scripts/testing/listing';
import { readTiff } from '../../../scripts/testing/read-tiff';
import { MapFiles, type OutputContext, PictureFiles, ScoreSheet } from '../src/node/evaluate-outputs';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'utad-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

const source = { dataset: 'mvtec', category: 'screw' } as const;
const size: Size = [2, 3];
/** A map of 2 x 3 for each of two images; the pixel threshold is 1. */
const MAPS = [
  [0, 1, 0, 0, 0, 2],
  [0.25, 0.5, 0, 0, 0, 0],
];

function contextOf(fileSizes: Readonly<Record<string, Size>>): OutputContext {
  const training = { dataset: 'mvtec', category: 'screw', images: 9, fingerprint: '', seed: 3 };
  return {
    source,
    manifest: {
      ...{
        kind: 'own',
        thresholds: { image: 2, pixel: 1, images: 5 },
        score: { reduction: 'max' },
        training,
      },
    },
    weights: { vgg19: { name: 'small', sha256: 'ab' } },
    fileSizeOf: (id) => fileSizes[id],
  };
}

const record = (id: string, kind: string, mask: number[]): ImageRecord => ({
  ...{ id, defectType: kind, label: kind === 'good' ? 0 : 1, size, channels: 3 },
  image: new Uint8Array(18).fill(128),
  mask: Uint8Array.from(mask),
});
const records = [
  record('test/dent/000.png', 'dent', [0, 1, 0, 0, 0, 0]),
  record('test/good/000.png', 'good', [0, 0, 0, 0, 0, 0]),
];
const items: EvaluatedImage[] = records.map(({ id, defectType: kind, label }, index) => {
  const map = MAPS[index] ?? [];
  const [mean, max] = [map.reduce((sum, value) => sum + value) / 6, Math.max(...map)];
  return { id, defectType: kind, label, score: max, scores: { mean, max } };
});

/** Shows the two images to observers, together or one by one. */
async function show(observers: readonly EvaluationObserver[], atOnce: 1 | 2): Promise<void> {
  for (let start = 0; start < 2; start += atOnce) {
    const end = start + atOnce;
    const some = records.slice(start, end);
    const images = imageBatch(some, size);
    const maps = Float32Array.from(MAPS.slice(start, end).flat());
    const scores = Float32Array.from(items.slice(start, end), ({ score }) => score);
    const detector = { inputSize: size, predict: async () => ({ scores, maps, mapSize: size }) };
    const prediction = await predictWhole(detector, images);
    const batch = { images, records: some, prediction, items: items.slice(start, end) };
    for (const observer of observers) await observer.see(batch);
  }
}

describe('raw maps', () => {
  const sizes = { 'test/dent/000.png': [4, 6], 'test/good/000.png': [2, 3] } as const;

  it.each([1, 2] as const)(
    'have the size of the image file, bilinearly with half-pixel centres, %i at a time',
    async (n) => {
      const maps = join(folder, 'maps');
      await show([new MapFiles(maps, contextOf(sizes))], n);
      expect((await listing(maps)).filter((name) => name.endsWith('tiff'))).toEqual([
        join('screw', 'test', 'dent', '000.tiff'),
        join('screw', 'test', 'good', '000.tiff'),
      ]);
      const good = await readTiff(join(maps, 'screw/test/good/000.tiff'));
      expect(good).toEqual({ size: [2, 3], values: Float32Array.from(MAPS[1] ?? []) });
      const dent = await readTiff(join(maps, 'screw/test/dent/000.tiff'));
      expect(dent.size).toEqual([4, 6]);
      // Between [0, 1, 0] and [0, 0, 2], a quarter and three quarters of the way down and across.
      const row = (a: number, b: number, c: number) => [
        ...[a, 0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b],
        ...[0.75 * b + 0.25 * c, 0.25 * b + 0.75 * c, c],
      ];
      expect([...dent.values]).toEqual([
        ...row(0, 1, 0),
        ...row(0, 0.75, 0.5),
        ...row(0, 0.25, 1.5),
        ...row(0, 0, 2),
      ]);
    },
  );

  it('have the size of the map for images that lie in no file', async () => {
    await show([new MapFiles(folder, contextOf({}))], 2);
    expect((await readTiff(join(folder, 'screw/test/dent/000.tiff'))).size).toEqual([2, 3]);
  });
});

it('heat maps and overlays are pictures that outline what was found and what is there', async () => {
  await show([new PictureFiles(folder, contextOf({}))], 2);
  expect((await listing(folder)).filter((name) => name.endsWith('.png'))).toEqual([
    join('screw', 'test', 'dent', '000.map.png'),
    join('screw', 'test', 'dent', '000.overlay.png'),
    join('screw', 'test', 'good', '000.map.png'),
    join('screw', 'test', 'good', '000.overlay.png'),
  ]);
  const { data, info } = await sharp(join(folder, 'screw/test/dent/000.map.png'))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.height, info.width]).toEqual([2, 3]);
  // Twice the threshold is the palest colour of inferno, nothing the darkest.
  expect([...data.subarray(15, 18), ...data.subarray(0, 3)]).toEqual([252, 255, 164, 0, 0, 4]);
  const pixels = async (name: string) => [...(await sharp(join(folder, name)).raw().toBuffer())];
  const grey = (await pixels('screw/test/good/000.overlay.png')).every((value) => value === 128);
  expect(grey).toBe(true);
  expect((await pixels('screw/test/dent/000.overlay.png')).some((value) => value !== 128)).toBe(true);
});

it('scores are written with every region, in pixels of the image file', async () => {
  const sheet = new ScoreSheet(contextOf({ 'test/dent/000.png': [4, 6] }));
  await show([sheet], 2);
  const files = new Map(sheet.files(folder));
  expect([...files.keys()]).toEqual([join(folder, 'scores.json'), join(folder, 'scores.csv')]);
  expect(JSON.parse(files.get(join(folder, 'scores.json')) ?? '')).toEqual({
    ...{ detector: 'own', dataset: 'mvtec', category: 'screw', seed: 3 },
    ...{
      weights: { vgg19: { name: 'small', sha256: 'ab' } },
      threshold: 2,
      pixelThreshold: 1,
      reduction: 'max',
    },
    items: [
      {
        ...{ id: 'test/dent/000.png', kind: 'dent', label: 1, score: 2, mean: 0.5, max: 2, anomalous: true },
        size: [4, 6],
        regions: [{ box: { x: 2, y: 0, width: 4, height: 4 }, area: 8, peak: 2 }],
      },
      {
        ...{ id: 'test/good/000.png', kind: 'good', label: 0, score: 0.5, mean: 0.125, max: 0.5 },
        ...{ anomalous: false, size: [2, 3], regions: [] },
      },
    ],
  });
  expect(files.get(join(folder, 'scores.csv'))).toBe(
    [
      'id,kind,label,score,mean,max,anomalous,regions',
      'test/dent/000.png,dent,1,2,0.5,2,true,1',
      'test/good/000.png,good,0,0.5,0.125,0.5,false,0',
      '',
    ].join('\r\n'),
  );
});
