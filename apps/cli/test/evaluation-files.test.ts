import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { ImageRecord, Size } from '@utad/core';
import type { AnomalyDetector, BundleManifest, EvaluatedImage, Prediction } from '@utad/detector';
import type { Batch } from '@utad/training';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EvaluationObserver, OpenedEvaluation } from '../src/evaluate/observer';
import { checkOutputFolders, fileObservers, outputFolders } from '../src/evaluate/outputs/files';
import { scoreFiles } from '../src/evaluate/outputs/score-files';
import { ScoreSheet } from '../src/evaluate/outputs/scores';

import { readTiff } from './read-tiff';
import { listing } from './run-utad';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'utad-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

const source = { dataset: 'mvtec', root: '/data', category: 'screw' } as const;
const size: Size = [2, 3];
/** A map of 2 x 3 for each of two images; the pixel threshold is 1. */
const MAPS = [
  [0, 1, 0, 0, 0, 2],
  [0.25, 0.5, 0, 0, 0, 0],
];

function opened(fileSizes: Readonly<Record<string, Size>>): OpenedEvaluation {
  const thresholds = { image: 2, pixel: 1, images: 5 };
  const manifest = { kind: 'own', thresholds, score: { reduction: 'max' }, training: { seed: 3 } };
  return {
    // Observers look at no more of them than this.
    plan: { source } as OpenedEvaluation['plan'],
    manifest: manifest as BundleManifest,
    detector: { assets: { vgg19: { name: 'small', sha256: 'ab' } } } as unknown as AnomalyDetector,
    test: { count: 2, fingerprint: '', async *records() {} },
    fileSizeOf: (id) => fileSizes[id],
  };
}

const record = (id: string, kind: string, mask: number[]): ImageRecord => ({
  ...{ id, defectType: kind, label: kind === 'good' ? 0 : 1, size, channels: 3 },
  image: new Uint8Array(18),
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
    const images = tf.fill([atOnce, 2, 3, 3], 0.5) as tf.Tensor4D;
    const prediction: Prediction = {
      anomalyMap: tf.tensor3d(MAPS.slice(start, end).flat(), [atOnce, 2, 3]),
      score: tf.tensor1d(items.slice(start, end).map(({ score }) => score)),
      intermediates: {},
    };
    const batch: Batch = { images, records: records.slice(start, end) };
    for (const observer of observers) await observer.see(batch, prediction, items.slice(start, end));
    tf.dispose([images, prediction.anomalyMap, prediction.score]);
  }
}

describe('raw maps', () => {
  const sizes = { 'test/dent/000.png': [4, 6], 'test/good/000.png': [2, 3] } as const;

  it.each([1, 2] as const)(
    'have the size of the image file, bilinearly with half-pixel centres, %i at a time',
    async (n) => {
      const maps = join(folder, 'maps');
      await show(fileObservers({ maps, overlays: undefined }, opened(sizes)), n);
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
    await show(fileObservers({ maps: folder, overlays: undefined }, opened({})), 2);
    expect((await readTiff(join(folder, 'screw/test/dent/000.tiff'))).size).toEqual([2, 3]);
  });

  it('leave no tensor behind', async () => {
    const before = tf.memory().numTensors;
    await show(fileObservers({ maps: folder, overlays: folder }, opened(sizes)), 2);
    expect(tf.memory().numTensors).toBe(before);
  });
});

it('heat maps and overlays are pictures that outline what was found and what is there', async () => {
  await show(fileObservers({ maps: undefined, overlays: folder }, opened({})), 2);
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
  const sheet = new ScoreSheet(opened({ 'test/dent/000.png': [4, 6] }));
  await show([sheet], 2);
  const files = new Map(scoreFiles(sheet.scores(), folder));
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

describe('folders', () => {
  it('stand beside metrics.json where they are not named', () => {
    expect(outputFolders({}, 'out')).toEqual({ maps: undefined, overlays: undefined });
    expect(outputFolders({ maps: true, overlays: true }, 'out')).toEqual({
      maps: join('out', 'maps'),
      overlays: join('out', 'overlays'),
    });
    expect(outputFolders({ maps: 'elsewhere' }, 'out')).toEqual({ maps: 'elsewhere', overlays: undefined });
  });

  it('may hold other categories, and nothing of this one', async () => {
    const folders = { maps: folder, overlays: undefined };
    await mkdir(join(folder, 'bottle'));
    await writeFile(join(folder, 'bottle', 'a.tiff'), '');
    await checkOutputFolders(folders, source, { force: false });
    await mkdir(join(folder, 'screw'));
    await checkOutputFolders(folders, source, { force: false });
    await writeFile(join(folder, 'screw', 'a.tiff'), '');
    await expect(checkOutputFolders(folders, source, { force: false })).rejects.toThrow(
      /^--maps: expected an empty folder or none at .*screw, but something is there; --force writes over it$/,
    );
    await checkOutputFolders(folders, source, { force: true });
  });

  it('are no files', async () => {
    const overlays = join(folder, 'a.txt');
    await writeFile(overlays, '');
    await expect(checkOutputFolders({ maps: undefined, overlays }, source, { force: true })).rejects.toThrow(
      /^--overlays: expected a folder, received the file .*a\.txt$/,
    );
  });
});
