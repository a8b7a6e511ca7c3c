import * as tf from '@tensorflow/tfjs';
import type { Images } from '@utad/layers';
import { PerceptualScorer } from '@utad/perceptual';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { relativeError } from '../../features/test/reference';
import { BlockExtractor, PoolExtractor } from './pool-extractor';

/** `[1, 4, 4, 3]` whose 2x2 blocks have these colours, row by row. */
function blocks(colours: [number, number, number][]): Images {
  const [a, b, c, d] = colours;
  if (!a || !b || !c || !d) throw new Error('expected four colours');
  return tf.tensor4d([
    [
      [a, a, b, b],
      [a, a, b, b],
      [c, c, d, d],
      [c, c, d, d],
    ],
  ]);
}

const zeros = (): Images => tf.zeros([1, 4, 4, 3]);
const random = (seed: number, shape: [number, number, number, number] = [2, 6, 4, 3]): Images =>
  tf.randomUniform(shape, 0, 1, 'float32', seed);

/** Block distances 0, 4, 8 and 12: the means of the absolute colours. */
const stepped = (): Images =>
  blocks([
    [0, 0, 0],
    [3, -6, 3],
    [8, 8, -8],
    [-36, 0, 0],
  ]);

describe('PerceptualScorer.anomalyMap', () => {
  it('is the channel mean of |difference|, resized with half-pixel centres', () => {
    // Rows and columns of the 4x4 map lie at 0, 1/4, 3/4 and 1 between the blocks' centres, edges clamped; the blocks
    // are 8r + 4c at row r and column c, so the map is 8r + 4c too.
    const map = new PerceptualScorer(new BlockExtractor()).anomalyMap(stepped(), zeros());
    expect(map.shape).toEqual([1, 4, 4]);
    expect([...map.dataSync()]).toEqual([0, 1, 3, 4, 2, 3, 5, 6, 6, 7, 9, 10, 8, 9, 11, 12]);
  });

  it('is zero for equal images and symmetric', () => {
    const scorer = new PerceptualScorer(new PoolExtractor());
    const [a, b] = [random(1), random(2)];
    expect(Math.max(...scorer.anomalyMap(a, a).dataSync())).toBe(0);
    expect(scorer.anomalyMap(a, b).dataSync()).toEqual(scorer.anomalyMap(b, a).dataSync());
  });

  it('divides by the norm over channels with normalize: unit', () => {
    // (3, 4, 0) becomes (0.6, 0.8, 0) and (0, 0, 5) becomes (0, 0, 1): a mean difference of 2.4 / 3. Scale is lost.
    const scorer = new PerceptualScorer(new BlockExtractor(), { normalize: 'unit' });
    const a = blocks([
      [3, 4, 0],
      [3, 4, 0],
      [6, 8, 0],
      [6, 8, 0],
    ]);
    const b = tf.mul<Images>(tf.onesLike(a), tf.tensor1d([0, 0, 5]));
    for (const value of scorer.anomalyMap(a, b).dataSync()) expect(value).toBeCloseTo(0.8, 5);
    for (const value of scorer.anomalyMap(a, tf.mul<Images>(a, 2)).dataSync())
      expect(value).toBeCloseTo(0, 5);
    for (const value of scorer.anomalyMap(zeros(), zeros()).dataSync()) expect(value).toBe(0);
  });
});

describe('PerceptualScorer.maps', () => {
  it('adds up: the total is the sum over layers and the sum over pairs, whatever the weights', () => {
    const weight = fc.double({ min: 0, max: 10, noNaN: true });
    const pair = fc.constantFrom(
      ['a', 'b'] as const,
      ['b', 'c'] as const,
      ['a', 'c'] as const,
      ['c', 'a'] as const,
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.tuple(weight, weight),
        fc.array(pair, { minLength: 1, maxLength: 4 }),
        (seed, layerWeights, pairs) => {
          tf.tidy(() => {
            const scorer = new PerceptualScorer(new PoolExtractor(), { layerWeights });
            const images = { a: random(seed), b: random(seed + 1), c: random(seed + 2) };
            const { total, perLayer, perPair } = scorer.maps(images, pairs);
            expect([perLayer.length, perPair.length]).toEqual([2, pairs.length]);
            for (const map of [total, ...perLayer, ...perPair]) expect(map.shape).toEqual([2, 6, 4]);
            for (const parts of [perLayer, perPair]) {
              const gap = tf.max(tf.abs(tf.sub(total, tf.addN(parts)))).dataSync()[0];
              expect(gap).toBeLessThan(1e-4);
            }
            expect(Math.min(...total.dataSync())).toBeGreaterThanOrEqual(0);
          });
        },
      ),
      { numRuns: 20 },
    );
  });

  it('weighs each layer', () => {
    const images = { a: random(1), b: random(2) };
    const pairs = [['a', 'b']] as const;
    const plain = new PerceptualScorer(new PoolExtractor()).maps(images, pairs);
    const weighted = new PerceptualScorer(new PoolExtractor(), { layerWeights: [0, 2.5] }).maps(
      images,
      pairs,
    );
    const [, blocksOnly] = plain.perLayer;
    const expected = [...(blocksOnly?.dataSync() ?? [])].map((v) => 2.5 * v);
    expect(relativeError(weighted.total.dataSync(), expected)).toBeLessThan(1e-6);
  });

  it('puts each image through the extractor once, however many pairs it is in, and no other', () => {
    const extractor = new PoolExtractor();
    const images = { x: random(1), m: random(2), r: random(3), n: random(4), unused: random(5) };
    new PerceptualScorer(extractor).maps(images, [
      ['x', 'r'],
      ['m', 'n'],
      ['x', 'm'],
    ]);
    expect(extractor.batches).toEqual([4 * 2]);
  });

  it('gives a large batch in parts the maps that its samples have alone', () => {
    const extractor = new PoolExtractor();
    const scorer = new PerceptualScorer(extractor);
    const [a, b] = [random(1, [5, 256, 256, 3]), random(2, [5, 256, 256, 3])];
    const together = scorer.anomalyMap(a, b);
    expect(extractor.batches).toEqual([4, 4, 2]);
    for (let i = 0; i < 5; i++) {
      const alone = scorer.anomalyMap(
        tf.slice(a, [i, 0, 0, 0], [1, -1, -1, -1]),
        tf.slice(b, [i, 0, 0, 0], [1, -1, -1, -1]),
      );
      const gap = tf.max(tf.abs(tf.sub(alone, tf.slice(together, [i, 0, 0], [1, -1, -1])))).dataSync()[0];
      expect(gap).toBeLessThan(1e-6);
    }
  });

  it('leaves the results and nothing else', () => {
    const scorer = new PerceptualScorer(new PoolExtractor());
    const images = { a: random(1), b: random(2), c: random(3) };
    const before = tf.memory().numTensors;
    const maps = scorer.maps(images, [
      ['a', 'b'],
      ['a', 'c'],
      ['b', 'c'],
    ]);
    expect(tf.memory().numTensors).toBe(before + 1 + 2 + 3);
    tf.dispose([maps.total, ...maps.perLayer, ...maps.perPair]);
    const one = scorer.anomalyMap(images.a, images.b);
    expect(tf.memory().numTensors).toBe(before + 1);
    one.dispose();
    // With one layer and one pair the three results are equal, and still three.
    const single = new PerceptualScorer(new BlockExtractor()).maps(images, [['a', 'b']]);
    expect(tf.memory().numTensors).toBe(before + 3);
    single.total.dispose();
    expect(single.perLayer[0]?.dataSync()).toEqual(single.perPair[0]?.dataSync());
  });

  it('refuses no pairs and images of different shapes', () => {
    const scorer = new PerceptualScorer(new PoolExtractor());
    expect(() => scorer.maps({ a: zeros() }, [])).toThrow('expected one pair or more, received none');
    expect(() => scorer.maps({ a: zeros(), b: tf.zeros([2, 4, 4, 3]) }, [['a', 'b']])).toThrow(
      'PerceptualScorer.maps: expected images of one shape [B, H, W, 3], received a [1,4,4,3], b [2,4,4,3]',
    );
    expect(() => scorer.distance(zeros(), tf.zeros([1, 4, 6, 3]))).toThrow(RangeError);
  });
});

describe('PerceptualScorer.distancePerLayer', () => {
  it('is what each layer has of the distance, weights applied', () => {
    // Of pixels the blocks' colours count by their absolute values: (0 + 12 + 24 + 36) / 3 / 4 = 6 on average. The means
    // of blocks of one colour are that colour.
    const scorer = new PerceptualScorer(new PoolExtractor(), { layerWeights: [1, 0.5] });
    const perLayer = scorer.distancePerLayer(stepped(), zeros());
    expect(perLayer.shape).toEqual([2]);
    expect(relativeError(perLayer.dataSync(), [6, 3])).toBeLessThan(1e-6);
    expect(scorer.distance(stepped(), zeros()).dataSync()[0]).toBeCloseTo(9, 5);
    expect(() => scorer.distancePerLayer(zeros(), tf.zeros([1, 4, 6, 3]))).toThrow(
      'PerceptualScorer.distancePerLayer: expected images of one shape',
    );
  });
});

describe('PerceptualScorer.distance', () => {
  it('is the weighted sum of mean absolute differences', () => {
    // Blocks: (0 + 4 + 8 + 12) / 4 = 6. Pixels are constant in each block, so theirs is 6 too.
    const scorer = new PerceptualScorer(new PoolExtractor(), { layerWeights: [1, 0.5] });
    expect(scorer.distance(stepped(), zeros()).dataSync()[0]).toBeCloseTo(9, 5);
  });

  it('is zero with no gradient for equal images, and symmetric', () => {
    const scorer = new PerceptualScorer(new PoolExtractor());
    const [a, b] = [random(1), random(2)];
    expect(scorer.distance(a, a).dataSync()[0]).toBe(0);
    expect(scorer.distance(a, b).dataSync()).toEqual(scorer.distance(b, a).dataSync());
    const gradient = tf.grad((x) => scorer.distance(x.as4D(2, 6, 4, 3), a))(a.clone());
    expect(Math.max(...gradient.dataSync().map(Math.abs))).toBe(0);
  });

  it.each(['none', 'unit'] as const)(
    'has the gradient that finite differences give, normalize: %s',
    (normalize) => {
      const scorer = new PerceptualScorer(new PoolExtractor(), { normalize, layerWeights: [1, 3] });
      const [a, b] = [random(3, [1, 4, 4, 3]), random(4, [1, 4, 4, 3])];
      const [da, db] = tf.grads((x: tf.Tensor, y: tf.Tensor) =>
        scorer.distance(x.as4D(1, 4, 4, 3), y.as4D(1, 4, 4, 3)),
      )([a, b]);
      const step = 2 ** -9;
      for (const [which, gradient] of [da, db].entries()) {
        const analytic = gradient?.dataSync() ?? new Float32Array();
        const numeric = Array.from({ length: 48 }, (_, i) => {
          const [up, down] = [step, -step].map((delta) => {
            const moved = (which === 0 ? a : b).bufferSync();
            const values = Float32Array.from(moved.values);
            values[i] = (values[i] ?? 0) + delta;
            const image = tf.tensor4d(values, [1, 4, 4, 3]);
            return (
              (which === 0 ? scorer.distance(image, b) : scorer.distance(a, image)).dataSync()[0] ??
              Number.NaN
            );
          });
          return ((up ?? Number.NaN) - (down ?? Number.NaN)) / (2 * step);
        });
        expect(relativeError(analytic, numeric)).toBeLessThan(5e-3);
      }
    },
  );

  it('leaves one tensor, also under a gradient', () => {
    const scorer = new PerceptualScorer(new PoolExtractor());
    const [a, b] = [random(1), random(2)];
    const before = tf.memory().numTensors;
    scorer.distance(a, b);
    expect(tf.memory().numTensors).toBe(before + 1);
    tf.valueAndGrad((x: Images) => scorer.distance(x, b))(a);
    expect(tf.memory().numTensors).toBe(before + 3);
  });
});

describe('new PerceptualScorer', () => {
  it('refuses weights that are not one number of at least 0 for each layer', () => {
    const message = 'expected layerWeights of at least 0 for pixels, blocks, received';
    for (const layerWeights of [[1], [1, -1], [1, Number.NaN], [1, 1, 1]]) {
      expect(() => new PerceptualScorer(new PoolExtractor(), { layerWeights })).toThrow(message);
    }
  });
});
