import { type ImageBatch, type ImageRecord, imageBatch } from '@utad/core';
import { type Prediction, predictWhole } from '@utad/detector';
import {
  type EvaluatedBatch,
  type EvaluatedImage,
  type PipelineEvent,
  partLimits,
  Words,
} from '@utad/pipeline';
import { twoStageKind } from '@utad/two-stage';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { dataOf } from '../../../scripts/testing/records';
import { GalleryObserver } from '../src/node/evaluate-gallery';

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

const words = new Words('two-stage', twoStageKind.describe);

/** A prediction whose maps are 0.2 all over for the first image and 0.9 for the second. */
function predictionOf({ data, shape }: ImageBatch): Prediction {
  const map = (scale: number) =>
    Float32Array.from({ length: 2 * area }, (_, pixel) => scale * (pixel < area ? 0.2 : 0.9));
  return {
    ...{ scores: Float32Array.of(0.2, 0.9), maps: map(1), mapSize: size },
    pictures: { impression: { data: data.map((value) => value / 2), shape } },
    parts: { 'layer/conv1_2': map(0.5), 'pair/x, impression': map(0.25) },
  };
}

const detector = { inputSize: size, predict: async (images: ImageBatch) => predictionOf(images) };

/** What observers see of these images. */
async function batchOf(images: readonly ImageRecord[]): Promise<EvaluatedBatch> {
  const batch = imageBatch(records, size);
  const prediction = await predictWhole(detector, batch, { differences: 'all' });
  return { images: batch, records: images, prediction, items };
}

const items = records.map(
  ({ id, defectType, label }, index): EvaluatedImage => ({
    ...{ id, defectType, label },
    score: index === 0 ? 0.2 : 0.9,
    scores: { mean: 0, max: 0 },
  }),
);

/** Of the fields of an opened evaluation, those that a gallery looks at. */
function observerOf(most?: number): Promise<GalleryObserver> {
  const manifest = { inputSize: size, thresholds: { image: 0.5, pixel: 0.5, images: 1 } };
  return GalleryObserver.open({ manifest, detector, test: dataOf(records), words }, { most });
}

async function colourOf(source: string): Promise<number[]> {
  const data = await sharp(Buffer.from(source.split(',')[1] ?? '', 'base64'))
    .raw()
    .toBuffer();
  return [...data.subarray(0, 3)];
}

describe('the gallery of an evaluation', () => {
  it('takes from a batch what belongs to each image', async () => {
    const observer = await observerOf();
    await observer.see(await batchOf(records));

    const [second, first] = observer.build().images;
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
  });

  it('shows no more images than it is told to', async () => {
    const observer = await observerOf(1);
    await observer.see(await batchOf(records));
    expect(observer.build().images).toHaveLength(1);
    expect(observer.build().seen.images).toBe(2);
  });

  it('refuses items that are not those of the batch', async () => {
    const observer = await observerOf();
    await expect(observer.see(await batchOf([...records].reverse()))).rejects.toThrow(
      'gallery: expected the image image 0, received image 1',
    );
  });
});

describe('the limits of the parts of a map', () => {
  /** A part that is as large at every pixel as the image is bright, but for one pixel of each map, which is huge. */
  const detectorOf = (side: number, seen: string[][] = []) => ({
    inputSize: [side, side] as const,
    predict: async ({ data, shape }: ImageBatch): Promise<Prediction> => {
      seen.push(shape.map(String));
      const pixels = side * side;
      const bright = Float32Array.from(
        { length: shape[0] * pixels },
        (_, pixel) => (data[3 * pixel] ?? 0) / 255 + (pixel % pixels === 0 ? 1e6 : 0),
      );
      const scores = new Float32Array(shape[0]);
      return { scores, maps: bright, mapSize: [side, side], parts: { 'layer/conv1_2': bright } };
    },
  });
  const grey = (value: number, index: number, side: number): ImageRecord => ({
    ...{ id: `image ${index}`, label: 0, defectType: 'good', channels: 3, size: [side, side] },
    image: new Uint8Array(side * side * 3).fill(value),
  });

  it('are what one pixel of a thousand exceeds, so that a single one counts for nothing', async () => {
    // 1,600 pixels of 0.2 and as many of 0.4, of which one each is an outlier.
    const data = dataOf([grey(51, 0, 40), grey(102, 1, 40)]);
    const limits = await partLimits(detectorOf(40), data);
    expect(limits).toEqual({ 'layer/conv1_2': expect.closeTo(0.4, 5) });
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
    const onEvent = (event: PipelineEvent) => {
      if (event.type !== 'progress') return;
      told.push(`${event.done}/${event.total}`);
      if (event.done === 16) stop.abort(new Error('enough'));
    };
    await expect(partLimits(detectorOf(8), data, { signal: stop.signal, onEvent })).rejects.toThrow('enough');
    expect(told).toEqual(['8/20', '16/20']);
  });

  it('are none where a detector has no parts', async () => {
    const plain = {
      inputSize: size,
      predict: async (images: ImageBatch): Promise<Prediction> => {
        const { parts: _, ...rest } = predictionOf(images);
        return rest;
      },
    };
    expect(await partLimits(plain, dataOf(records))).toEqual({});
  });
});
