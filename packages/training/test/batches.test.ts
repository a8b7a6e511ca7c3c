import * as tf from '@tensorflow/tfjs';
import type { ImageRecord } from '@utad/core';
import { batchCount, readBatches, toImages } from '@utad/training';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataOf } from '../../../scripts/testing/records';

/** One grey pixel, as bright as its place in the dataset. */
const dot = (value: number): ImageRecord => ({
  id: `dot ${value}`,
  label: 0,
  defectType: 'good',
  image: Uint8Array.of(value),
  size: [1, 1],
  channels: 1,
});

describe('toImages', () => {
  it('brings bytes to [0, 1], channels last, and repeats grey over the channels', () => {
    const colour: ImageRecord = {
      id: 'colour',
      label: 0,
      defectType: 'good',
      image: Uint8Array.of(0, 51, 102, 153, 204, 255),
      size: [1, 2],
      channels: 3,
    };
    const grey: ImageRecord = { ...colour, id: 'grey', image: Uint8Array.of(51, 255), channels: 1 };
    const images = toImages([colour, grey], [1, 2]);
    expect(images.shape).toEqual([2, 1, 2, 3]);
    const expected = [0, 0.2, 0.4, 0.6, 0.8, 1, 0.2, 0.2, 0.2, 1, 1, 1].map(Math.fround);
    expect([...images.dataSync()]).toEqual(expected);
    images.dispose();
  });

  it('refuses an image of another size, and one whose bytes do not fill its size', () => {
    expect(() => toImages([dot(0)], [2, 1])).toThrow(
      'toImages: expected dot 0 to be 2x1, received 1x1 (1 bytes)',
    );
    const short: ImageRecord = { ...dot(0), channels: 3 };
    expect(() => toImages([short], [1, 1])).toThrow('received 1x1 (1 bytes)');
  });
});

describe('readBatches', () => {
  const read = async (order: number[], batchSize: number, smallestBatch?: number) => {
    const data = dataOf(Array.from({ length: 10 }, (_, index) => dot(index)));
    const batches: { ids: string[]; pixels: number[] }[] = [];
    const options = { order, batchSize, size: [1, 1] as const, ...(smallestBatch && { smallestBatch }) };
    for await (const { images, records } of readBatches(data, options)) {
      batches.push({
        ids: records.map(({ id }) => id),
        pixels: [...images.dataSync()].map((pixel) => Math.round(pixel * 255)),
      });
      images.dispose();
    }
    return batches;
  };

  it('yields images and their records in the order given', async () => {
    expect(await read([3, 1, 9, 1], 2)).toEqual([
      { ids: ['dot 3', 'dot 1'], pixels: [3, 3, 3, 1, 1, 1] },
      { ids: ['dot 9', 'dot 1'], pixels: [9, 9, 9, 1, 1, 1] },
    ]);
  });

  it('keeps a last batch that is short, unless it is too short', async () => {
    const sizes = async (smallest?: number) =>
      (await read([0, 1, 2, 3, 4], 3, smallest)).map(({ ids }) => ids.length);
    expect(await sizes()).toEqual([3, 2]);
    expect(await sizes(2)).toEqual([3, 2]);
    expect(await sizes(3)).toEqual([3]);
  });

  it('yields as many batches as batchCount says', async () => {
    const order = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 });
    const positive = fc.integer({ min: 1, max: 5 });
    await fc.assert(
      fc.asyncProperty(order, positive, positive, async (indices, batchSize, smallest) => {
        const batches = await read(indices, batchSize, smallest);
        expect(batches).toHaveLength(batchCount(indices.length, batchSize, smallest));
      }),
    );
  });

  it('yields batches that stay as they are while the next ones are read', async () => {
    const data = dataOf(Array.from({ length: 6 }, (_, index) => dot(index)));
    const all: tf.Tensor4D[] = [];
    const order = [5, 4, 3, 2, 1];
    for await (const { images } of readBatches(data, { order, batchSize: 2, size: [1, 1] })) all.push(images);
    const reds = all.map((images) => [...images.dataSync()].filter((_, at) => at % 3 === 0));
    expect(reds.map((batch) => batch.map((red) => Math.round(red * 255)))).toEqual([[5, 4], [3, 2], [1]]);
    for (const images of all) images.dispose();
  });

  it('leaves no tensor behind when its reader stops early', async () => {
    const before = tf.memory().numTensors;
    const data = dataOf([dot(0), dot(1), dot(2)]);
    for await (const { images } of readBatches(data, { order: [0, 1, 2], batchSize: 1, size: [1, 1] })) {
      images.dispose();
      break;
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});
