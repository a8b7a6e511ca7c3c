import type { ImageBatch, ImageRecord } from '@utad/core';
import type { EvaluatedImage } from '@utad/pipeline';
import { GalleryBuilder } from '@utad/report/node';
import { describe, expect, it } from 'vitest';
import { dataOf } from '../../../scripts/testing/records';
import {
  chooseSome,
  latentOf,
  readTraining,
  showNeighbours,
  type TrainingCodes,
} from '../src/node/evaluate-latent';
import { inTurns } from '../src/turns';

const item = (id: string, kind: string, label: 0 | 1): EvaluatedImage => ({
  ...{ id, defectType: kind, label, score: 0 },
  scores: { mean: 0, max: 0 },
});

const grey = (id: string, value: number): ImageRecord => ({
  ...{ id, label: 0, defectType: 'good', channels: 1, size: [1, 2] },
  image: Uint8Array.of(value, value),
});

const learned = [grey('train/a', 1), grey('train/b', 2), grey('train/c', 3), grey('train/d', 4)];
const training: TrainingCodes = {
  images: dataOf(learned),
  ids: learned.map(({ id }) => id),
  codes: [
    [0, 0],
    [0, 3],
    [4, 0],
    [4, 3],
  ].map((code) => Float32Array.from(code)),
  of: 4,
};
const test = {
  items: [item('test/hole', 'hole', 1), item('test/fine', 'good', 0), item('test/far', 'hole', 1)],
  codes: [
    [0, 1],
    [4, 0],
    [4, 13],
  ].map((code) => Float32Array.from(code)),
};
const options = { seed: 0, about: undefined };

describe('latent codes of an evaluation', async () => {
  const { latent, neighbours } = await latentOf(test, training, options);

  it('have the three nearest training images of each, nearest first', () => {
    expect(neighbours.map((nearest) => nearest.map(({ index }) => index))).toEqual([
      [0, 1, 2],
      [2, 3, 0],
      [3, 1, 2],
    ]);
    expect(neighbours[0]?.map(({ distance }) => distance)).toEqual([1, 2, Math.sqrt(17)]);
  });

  it('lie at a distance from the nearest one, by group: that of training images is from another than themselves', () => {
    expect(latent.distances).toEqual({
      auroc: 1, // 1 and 10 of holes against 0 of the good one
      groups: [
        { group: 'training', images: 4, median: 3 },
        { group: 'good', images: 1, median: 0 },
        { group: 'hole', images: 2, median: 5.5 },
      ],
    });
    expect(latent.dimensions).toBe(2);
  });

  it('are projected in two ways, each image with its group', () => {
    expect(latent.projections.map(({ name }) => name)).toEqual(['t-SNE', 'PCA']);
    for (const { points } of latent.projections) {
      expect(points.map(({ id, group }) => [id, group])).toEqual([
        ...training.ids.map((id) => [id, 'training']),
        ['test/hole', 'hole'],
        ['test/fine', 'good'],
        ['test/far', 'hole'],
      ]);
    }
    // The code that equals that of training image c lies on it.
    const [, pca] = latent.projections;
    const [c, fine] = [pca?.points[2], pca?.points[5]];
    expect([fine?.x, fine?.y]).toEqual([c?.x, c?.y]);
  });

  it('do without training images, and without enough images for t-SNE', async () => {
    const { latent, neighbours } = await latentOf(test, undefined, options);
    expect(neighbours).toEqual([]);
    expect(latent.distances).toBeUndefined();
    expect(latent.projections.map(({ name, points }) => [name, points.length])).toEqual([['PCA', 3]]);
  });

  it('leave the AUROC of the distance undefined for images of one class', async () => {
    const good = { items: test.items.slice(1, 2), codes: test.codes.slice(1, 2) };
    expect((await latentOf(good, training, options)).latent.distances?.auroc).toBeNull();
  });
});

describe('looking at many latent codes', () => {
  const many = {
    items: Array.from({ length: 300 }, (_, index) => item(`test/${index}`, 'good', 0)),
    codes: Array.from({ length: 300 }, (_, index) => Float32Array.of(Math.sin(index), index % 7, index)),
  };

  it('tells how far t-SNE is, to its end', async () => {
    const told: [string, number, number][] = [];
    await latentOf(many, undefined, options, { onProgress: (...step) => told.push(step) });
    expect(told.at(-1)).toEqual(['t-SNE', 400, 400]);
    const done = told.map(([, steps]) => steps);
    expect(done).toEqual([...done].sort((a, b) => a - b));
  });

  it('stops soon after it is told to, long before the end', async () => {
    const reason = new Error('interrupted');
    const controller = new AbortController();
    let last = 0;
    const stopped = latentOf(many, undefined, options, {
      signal: controller.signal,
      onProgress: (_, done) => {
        last = done;
        controller.abort(reason);
      },
    });
    await expect(stopped).rejects.toBe(reason);
    expect(last).toBeLessThan(400);
  });

  it('makes something of each in turn, and stops between two of them', async () => {
    const wait = () => {
      const until = performance.now() + 60;
      while (performance.now() < until);
    };
    const told: unknown[] = [];
    const double = (value: number) => {
      wait();
      return 2 * value;
    };
    expect(await inTurns('numbers', [1, 2, 3], double, { onProgress: (...step) => told.push(step) })).toEqual(
      [2, 4, 6],
    );
    expect(told).toEqual([
      ['numbers', 1, 3],
      ['numbers', 2, 3],
      ['numbers', 3, 3],
    ]);
    const reason = new Error('interrupted');
    const seen: number[] = [];
    const controller = new AbortController();
    const stopped = inTurns(
      'numbers',
      [1, 2, 3],
      (value) => {
        seen.push(double(value));
        if (value === 2) setImmediate(() => controller.abort(reason));
      },
      { signal: controller.signal },
    );
    await expect(stopped).rejects.toBe(reason);
    expect(seen).toEqual([2, 4]);
  });
});

describe('neighbours in the gallery', () => {
  it('come with the pictures of those that are named, grey ones in three channels', async () => {
    const { neighbours } = await latentOf(test, training, options);
    const gallery = new GalleryBuilder({ pixelThreshold: 1, imageThreshold: 1 });
    for (const { id, defectType: kind, label } of test.items) {
      const pixels = new Uint8Array(6);
      await gallery.add({
        ...{ id, defectType: kind, label, score: 0, size: [1, 2] },
        images: [{ name: 'input', symbol: 'x', pixels }],
        maps: [{ name: 'anomaly map', group: 'total', values: new Float32Array(2) }],
      });
    }
    await showNeighbours(gallery, test.items, neighbours, training);
    const { images, training: pictures } = gallery.build();
    expect(images.find(({ id }) => id === 'test/far')?.neighbours[0]).toEqual({
      id: 'train/d',
      distance: 10,
    });
    expect(pictures.map(({ id }) => id).sort()).toEqual(training.ids);
  });

  it('are read for the images that are shown alone, and no more of them once it is interrupted', async () => {
    const { neighbours } = await latentOf(test, training, options);
    const read: number[] = [];
    const watched = {
      ...training,
      images: {
        ...training.images,
        records: (order: readonly number[]) => {
          read.push(...order);
          return training.images.records(order);
        },
      },
    };
    const gallery = new GalleryBuilder({ pixelThreshold: 1, imageThreshold: 1 });
    await gallery.add({
      ...{ id: 'test/hole', defectType: 'hole', label: 1, score: 0, size: [1, 2] },
      images: [{ name: 'input', symbol: 'x', pixels: new Uint8Array(6) }],
      maps: [{ name: 'anomaly map', group: 'total', values: new Float32Array(2) }],
    });
    await showNeighbours(gallery, test.items, neighbours, watched);
    // Those of the hole, and not the fourth, which is near another image.
    expect(read).toEqual([0, 1, 2]);
    const stopped = showNeighbours(
      gallery,
      test.items,
      neighbours,
      watched,
      AbortSignal.abort(new Error('stop')),
    );
    await expect(stopped).rejects.toThrow('stop');
  });
});

describe('choosing some', () => {
  it('takes all where there are few, else as many as wanted, ascending, the same for the same seed', () => {
    expect(chooseSome(3, 5, 1)).toEqual([0, 1, 2]);
    const some = chooseSome(100, 10, 1);
    expect(some).toHaveLength(10);
    expect(new Set(some).size).toBe(10);
    expect(some).toEqual([...some].sort((a, b) => a - b));
    expect(chooseSome(100, 10, 1)).toEqual(some);
    expect(chooseSome(100, 10, 2)).not.toEqual(some);
  });
});

describe('training images', () => {
  const watched = (asked: number[][]) => ({
    ...dataOf(learned),
    records: (order: readonly number[]) => {
      asked.push([...order]);
      return dataOf(learned).records(order);
    },
  });
  const embed = async ({ data, shape: [count] }: ImageBatch) => ({
    data: Float32Array.from({ length: count }, (_, index) => data[index * 6] ?? 0),
    shape: [count, 1] as const,
  });

  it('are read once, for their mean and their codes', async () => {
    const asked: number[][] = [];
    const { mean, codes } = await readTraining(watched(asked), embed, { size: [1, 2], seed: 0 }, {});
    expect(asked).toEqual([[0, 1, 2, 3]]);
    // Their mean is 2.5.
    expect(mean.distanceOf(grey('far', 12))).toBe(9.5);
    expect(codes?.ids).toEqual(learned.map(({ id }) => id));
    expect(codes?.codes.map((code) => [...code])).toEqual([[1], [2], [3], [4]]);
    expect(codes?.of).toBe(4);
  });

  it('have a mean where a detector has no codes', async () => {
    const { mean, codes } = await readTraining(watched([]), undefined, { size: [1, 2], seed: 0 }, {});
    expect(mean.distanceOf(grey('near', 2))).toBe(0.5);
    expect(codes).toBeUndefined();
  });
});
