import type { EvaluatedImage } from '@utad/detector';
import { GalleryBuilder } from '@utad/report';
import type { ImageRecord } from '@utad/training';
import { describe, expect, it } from 'vitest';
import { dataOf } from '../../../scripts/testing/records';
import { latentOf } from '../src/evaluate/latent/latent-of';
import { showNeighbours } from '../src/evaluate/latent/show-neighbours';
import { chooseSome, type TrainingCodes } from '../src/evaluate/latent/training-codes';

const item = (id: string, kind: string, label: 0 | 1): EvaluatedImage => ({
  ...{ id, kind, label, score: 0 },
  scores: { mean: 0, max: 0 },
});

const grey = (id: string, value: number): ImageRecord => ({
  ...{ id, label: 0, kind: 'good', channels: 1, size: [1, 2] },
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

describe('latent codes of an evaluation', () => {
  const { latent, neighbours } = latentOf(test, training, options);

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

  it('do without training images, and without enough images for t-SNE', () => {
    const { latent, neighbours } = latentOf(test, undefined, options);
    expect(neighbours).toEqual([]);
    expect(latent.distances).toBeUndefined();
    expect(latent.projections.map(({ name, points }) => [name, points.length])).toEqual([['PCA', 3]]);
  });

  it('leave the AUROC of the distance undefined for images of one class', () => {
    const good = { items: test.items.slice(1, 2), codes: test.codes.slice(1, 2) };
    expect(latentOf(good, training, options).latent.distances?.auroc).toBeNull();
  });
});

describe('neighbours in the gallery', () => {
  it('come with the pictures of those that are named, grey ones in three channels', async () => {
    const { neighbours } = latentOf(test, training, options);
    const gallery = new GalleryBuilder({ pixelThreshold: 1, imageThreshold: 1 });
    for (const { id, kind, label } of test.items) {
      const pixels = new Uint8Array(6);
      await gallery.add({
        ...{ id, kind, label, score: 0, size: [1, 2] },
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
