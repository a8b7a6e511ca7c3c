import * as tf from '@tensorflow/tfjs';
import type { Images } from '@utad/layers';
import { PerceptualScorer } from '@utad/perceptual';
import { describe, expect, it } from 'vitest';
import { BlockExtractor, PoolExtractor } from './pool-extractor';

/** `[1, 2, 4, 3]`: two 2x2 blocks, each of one colour. */
function twoBlocks(left: [number, number, number], right: [number, number, number]): Images {
  const row = [left, left, right, right];
  return tf.tensor4d([[row, row]]);
}

const black = () => twoBlocks([0, 0, 0], [0, 0, 0]);
/** Means of the absolute values 1 and 4, of the squares 5 / 3 and 18. */
const coloured = () => twoBlocks([1, -2, 0], [-3, 6, 3]);

describe('how features are compared', () => {
  it.each<[string, ConstructorParameters<typeof PerceptualScorer>[1], number]>([
    ['|a - b|, averaged over channels and pixels', {}, 2.5],
    ['(a - b)² with difference: l2', { difference: 'l2' }, (5 / 3 + 18) / 2],
    ['the largest pixel with reduction: max', { reduction: 'max' }, 4],
    // 1 * 1 + 10 * 2 + 100 * 0 and 1 * 3 + 10 * 6 + 100 * 3
    ['a weighted sum over channels with channelWeights', { channelWeights: [[1, 10, 100]] }, (21 + 363) / 2],
    [
      'all of it at once, with a weight of the layer',
      {
        channelWeights: [Float32Array.of(1, 10, 0)],
        difference: 'l2',
        reduction: 'max',
        layerWeights: [0.5],
      },
      0.5 * (9 + 360),
    ],
  ])('is %s', (_, options, expected) => {
    const scorer = new PerceptualScorer(new BlockExtractor(), options);
    expect(scorer.distance(coloured(), black()).dataSync()[0]).toBeCloseTo(expected, 4);
    expect(scorer.distances(coloured(), black()).dataSync()[0]).toBeCloseTo(expected, 4);
    expect(scorer.distancePerLayer(coloured(), black()).dataSync()[0]).toBeCloseTo(expected, 4);
  });

  it('shows in maps too, but for the reduction', () => {
    // The two blocks' values at the edges of a map, where resizing changes nothing.
    const edges = (options: ConstructorParameters<typeof PerceptualScorer>[1]) => {
      const map = new PerceptualScorer(new BlockExtractor(), options).anomalyMap(coloured(), black());
      return [...map.dataSync()].filter((_, i) => i % 4 === 0 || i % 4 === 3).slice(0, 2);
    };
    expect(edges({ reduction: 'max' })).toEqual([1, 4]);
    expect(edges({ difference: 'l2', channelWeights: [[3, 3, 3]] })).toEqual([15, 162]);
  });

  it('has the distance of each image, whose mean is the distance', () => {
    const batch = tf.concat([coloured(), black(), tf.mul<Images>(coloured(), 2)], 0);
    const zeros = tf.zerosLike(batch);
    for (const reduction of ['mean', 'max'] as const) {
      const scorer = new PerceptualScorer(new PoolExtractor(), { reduction });
      const distances = [...scorer.distances(batch, zeros).dataSync()];
      // Of pixels the mean is that of blocks; the largest pixel is the largest block, for each is of one colour.
      expect(distances).toEqual(reduction === 'mean' ? [5, 0, 10] : [8, 0, 16]);
      const mean = distances.reduce((sum, value) => sum + value, 0) / 3;
      expect(scorer.distance(batch, zeros).dataSync()[0]).toBeCloseTo(mean, 5);
    }
  });

  it('refuses channel weights that are not one row of at least 0 for each layer, one number for each channel', () => {
    const scorer = (channelWeights: number[][]) =>
      new PerceptualScorer(new PoolExtractor(), { channelWeights });
    expect(() => scorer([[1, 1, 1]])).toThrow(
      new RangeError(
        'PerceptualScorer: expected channelWeights of at least 0 for pixels, blocks, received those of 1 layers',
      ),
    );
    for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() =>
        scorer([
          [1, 1, 1],
          [1, wrong, 1],
        ]),
      ).toThrow(`for pixels, blocks, received [1,${wrong},1]`);
    }
    const short = scorer([
      [1, 1, 1],
      [1, 1],
    ]);
    expect(() => short.distance(black(), black())).toThrow(
      new RangeError('PerceptualScorer: expected 3 channelWeights for blocks, received 2'),
    );
  });
});
