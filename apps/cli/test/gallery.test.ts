import * as tf from '@tensorflow/tfjs';
import type { ImageRecord } from '@utad/core';
import type { EvaluatedImage, Prediction } from '@utad/detector';
import { type Batch, type Images, toImages } from '@utad/training';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { dataOf } from '../../../scripts/testing/records';
import { GalleryObserver } from '../src/evaluate/gallery';
import { partLimits } from '../src/evaluate/part-limits';

const size: [height: number, width: number] = [16, 16];
const area = 256;

const records = [20, 200].map(
  (grey, index): ImageRecord => ({
    id: `image ${index}`,
    label: index === 0 ? 0 : 1,
    defectType: index === 0 ? 'good' : 'hole',
    image: new Uint8Array(area * 3).fill(grey),
    size,
    channels: 3,
    // Twice as fine as the image, its upper half anomalous in the second.
    mask: Uint8Array.from({ length: 4 * area }, (_, pixel) => Number(index === 1 && pixel < 2 * area)),
    maskSize: [32, 32],
  }),
);

/** A prediction whose maps are 0.2 all over for the first image and 0.9 for the second. */
function predictionOf({ images }: Pick<Batch, 'images'>): Prediction {
  const map = (scale: number) =>
    tf.tidy(() =>
      tf
        .tensor1d([0.2 * scale, 0.9 * scale])
        .reshape([2, 1, 1])
        .tile([1, 16, 16])
        .as3D(2, 16, 16),
    );
  return {
    anomalyMap: map(1),
    score: tf.tensor1d([0.2, 0.9]),
    intermediates: { impression: tf.tidy(() => images.mul(0.5)) },
    parts: { 'layer/conv1_2': map(0.5), 'pair/x, impression': map(0.25) },
  };
}

const items = records.map(
  ({ id, defectType: kind, label }, index): EvaluatedImage => ({
    ...{ id, defectType: kind, label },
    score: index === 0 ? 0.2 : 0.9,
    scores: { mean: 0, max: 0 },
  }),
);

/** Of the fields of an opened evaluation, those that a gallery looks at. */
function observerOf(most?: number) {
  const opened = {
    manifest: { inputSize: size, thresholds: { image: 0.5, pixel: 0.5, images: 1 } },
    detector: { inputSize: size, predict: (images: Images) => predictionOf({ images }) },
    test: dataOf(records),
  };
  return new GalleryObserver(opened, most);
}

async function colourOf(source: string): Promise<number[]> {
  const data = await sharp(Buffer.from(source.split(',')[1] ?? '', 'base64'))
    .raw()
    .toBuffer();
  return [...data.subarray(0, 3)];
}

describe('the gallery of an evaluation', () => {
  it('takes from a batch what belongs to each image, and leaves its tensors as they were', async () => {
    const images = toImages(records, size);
    const batch: Batch = { images, records };
    const prediction = predictionOf(batch);
    const before = tf.memory().numTensors;
    const observer = observerOf();
    await observer.see(batch, prediction, items);
    expect(tf.memory().numTensors).toBe(before);
    expect(images.isDisposed).toBe(false);

    const [second, first] = observer.build()?.images ?? [];
    expect([first?.id, second?.id]).toEqual(['image 0', 'image 1']);
    expect(second?.pictures.map(({ symbol, name }) => `${symbol} ${name}`.trim())).toEqual([
      'x input',
      'm impression',
      'anomaly map',
      'segmentation',
    ]);
    expect(second?.details.map(({ group, name }) => `${group}: ${name}`)).toEqual([
      'repair: |x − m|',
      'layer: conv1_2',
      'pair: φ(x, m)',
    ]);
    const grey = async (picture?: { picture: { source: string } }) =>
      (await colourOf(picture?.picture.source ?? ''))[0] ?? Number.NaN;
    expect(Math.abs((await grey(first?.pictures[0])) - 20)).toBeLessThan(4);
    expect(Math.abs((await grey(second?.pictures[0])) - 200)).toBeLessThan(4);
    expect(Math.abs((await grey(second?.pictures[1])) - 100)).toBeLessThan(4);
    expect(first?.details[1]?.description).toContain('highest value 0.100');
    expect(second?.details[1]?.description).toContain('highest value 0.450');
    expect(second?.details[0]?.description).toContain('highest value 0.392'); // 100 / 255
    // Half of all pixels are as high as those of the second image: each part ends where they do, in both images alike.
    for (const image of [first, second]) {
      const [, layer, pair] = image?.details.map(({ limit }) => limit) ?? [];
      expect(layer).toBeCloseTo(0.45, 6);
      expect(pair).toBeCloseTo(0.225, 6);
    }
    expect(second?.pictures.at(-1)?.description).toBe(
      'Segmentation of image 1: 100.0 % of its pixels are marked; 50.0 % are truly defective',
    );
    tf.dispose([images, prediction.anomalyMap, prediction.score]);
    tf.dispose([prediction.intermediates, prediction.parts]);
  });

  it('shows no more images than it is told to', async () => {
    const images = toImages(records, size);
    const batch: Batch = { images, records };
    const prediction = predictionOf(batch);
    const observer = observerOf(1);
    await observer.see(batch, prediction, items);
    expect(observer.build()?.images).toHaveLength(1);
    expect(observer.build()?.seen.images).toBe(2);
    tf.dispose([images, prediction.anomalyMap, prediction.score]);
    tf.dispose([prediction.intermediates, prediction.parts]);
  });

  it('refuses items that are not those of the batch', async () => {
    const images = toImages(records, size);
    const batch: Batch = { images, records: [...records].reverse() };
    const prediction = predictionOf(batch);
    await expect(observerOf().see(batch, prediction, items)).rejects.toThrow(
      'gallery: expected the image image 0, received image 1',
    );
    tf.dispose([images, prediction.anomalyMap, prediction.score]);
    tf.dispose([prediction.intermediates, prediction.parts]);
  });
});

describe('the limits of the parts of a map', () => {
  /** A part that is as large at every pixel as the image is bright, but for one pixel of each map, which is huge. */
  const detectorOf = (side: number, seen: string[][] = []) => ({
    inputSize: [side, side] as const,
    predict: (images: Images): Prediction => {
      seen.push([...images.shape].map(String));
      const { part, anomalyMap, score } = tf.tidy(() => {
        const bright = images.mean<tf.Tensor3D>(3);
        const outlier = tf.oneHot(tf.scalar(0, 'int32'), side * side).reshape([1, side, side]);
        return {
          part: bright.add(outlier.mul(1e6)).as3D(...bright.shape),
          anomalyMap: bright,
          score: bright.mean<tf.Tensor1D>([1, 2]),
        };
      });
      return { anomalyMap, score, intermediates: {}, parts: { 'layer/conv1_2': part } };
    },
  });
  const grey = (value: number, index: number, side: number): ImageRecord => ({
    ...{ id: `image ${index}`, label: 0, defectType: 'good', channels: 3, size: [side, side] },
    image: new Uint8Array(side * side * 3).fill(value),
  });

  it('are what one pixel of a thousand exceeds, so that a single one counts for nothing', async () => {
    // 1,600 pixels of 0.2 and as many of 0.4, of which one each is an outlier.
    const data = dataOf([grey(51, 0, 40), grey(102, 1, 40)]);
    const before = tf.memory().numTensors;
    const limits = await partLimits(detectorOf(40), data);
    expect(limits).toEqual({ conv1_2: expect.closeTo(0.4, 5) });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('come from images spread over the whole set, however many there are', async () => {
    const asked: number[] = [];
    const data = dataOf(Array.from({ length: 240 }, (_, index) => grey(index, index, 8)));
    const watched = {
      ...data,
      records: (order: readonly number[]) => {
        asked.push(...order);
        return data.records(order);
      },
    };
    const seen: string[][] = [];
    await partLimits(detectorOf(8, seen), watched);
    expect(asked).toEqual(Array.from({ length: 24 }, (_, index) => 5 + 10 * index));
    expect(seen).toEqual([
      ['8', '8', '8', '3'],
      ['8', '8', '8', '3'],
      ['8', '8', '8', '3'],
    ]);
  });

  it('tell how far they are, and stop between batches', async () => {
    const data = dataOf(Array.from({ length: 20 }, (_, index) => grey(index, index, 8)));
    const told: string[] = [];
    const stop = new AbortController();
    const onProgress = (done: number, total: number) => {
      told.push(`${done}/${total}`);
      if (done === 16) stop.abort(new Error('enough'));
    };
    const before = tf.memory().numTensors;
    await expect(partLimits(detectorOf(8), data, { signal: stop.signal, onProgress })).rejects.toThrow(
      'enough',
    );
    expect(told).toEqual(['8/20', '16/20']);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are none where a detector has no parts', async () => {
    const plain = {
      inputSize: size,
      predict: (images: Images): Prediction => {
        const { parts, ...rest } = predictionOf({ images });
        tf.dispose(parts);
        return rest;
      },
    };
    const before = tf.memory().numTensors;
    expect(await partLimits(plain, dataOf(records))).toEqual({});
    expect(tf.memory().numTensors).toBe(before);
  });
});
