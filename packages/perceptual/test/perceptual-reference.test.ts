import * as tf from '@tensorflow/tfjs';
import { randomWeights, vgg19 } from '@utad/features';
import { TfjsBackbone } from '@utad/features/tfjs';
import type { Images } from '@utad/layers';
import { PerceptualScorer } from '@utad/perceptual';
import { describe, expect, it } from 'vitest';
import { relativeError } from '../../features/test/reference';
import { PoolExtractor } from './pool-extractor';

const random = (seed: number, shape: [number, number, number, number] = [2, 6, 4, 3]): Images =>
  tf.randomUniform(shape, 0, 1, 'float32', seed);

describe('PerceptualScorer.reference', () => {
  it.each(['none', 'unit'] as const)(
    'stands for its images wherever they are taken, normalize: %s',
    (normalize) => {
      const vgg = new TfjsBackbone(randomWeights(vgg19, 0));
      const scorer = new PerceptualScorer(vgg, { normalize, layerWeights: [1, 2, 0.5] });
      const [a, b] = [random(1, [2, 9, 13, 3]), random(2, [2, 9, 13, 3])];
      const reference = scorer.reference(b);
      const same = (found: tf.Tensor, expected: tf.Tensor) =>
        expect(relativeError(found.dataSync(), [...expected.dataSync()])).toBeLessThan(1e-5);
      same(scorer.distance(a, reference), scorer.distance(a, b));
      same(scorer.distances(reference, a), scorer.distances(b, a));
      same(scorer.distancePerLayer(a, reference), scorer.distancePerLayer(a, b));
      same(scorer.anomalyMap(a, reference), scorer.anomalyMap(a, b));
      const pairs = [
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'a'],
      ] as const;
      const c = random(3, [2, 9, 13, 3]);
      const found = scorer.maps({ a, b: reference, c }, pairs);
      const expected = scorer.maps({ a, b, c }, pairs);
      found.perPair.forEach((map, p) => {
        same(map, expected.perPair[p] ?? expect.unreachable());
      });
      reference.dispose();
      vgg.dispose();
    },
  );

  it('goes through the extractor once, when it is made', () => {
    const extractor = new PoolExtractor();
    const scorer = new PerceptualScorer(extractor);
    const reference = scorer.reference(random(1));
    expect(extractor.batches).toEqual([2]);
    scorer.distance(random(2), reference);
    scorer.anomalyMap(reference, random(3));
    scorer.maps({ r: reference, x: random(4), m: random(5) }, [
      ['r', 'x'],
      ['x', 'm'],
    ]);
    expect(extractor.batches).toEqual([2, 2, 2, 4]);
    expect(scorer.distance(reference, reference).dataSync()[0]).toBe(0);
    expect(extractor.batches).toHaveLength(4);
  });

  it('of one image is compared with every image of a batch, in parts too', () => {
    const extractor = new PoolExtractor();
    const scorer = new PerceptualScorer(extractor);
    const [good, other] = [random(1, [1, 256, 256, 3]), random(2, [1, 256, 256, 3])];
    const batch = random(3, [6, 256, 256, 3]);
    const [reference, second] = [scorer.reference(good), scorer.reference(other)];
    const repeated = (image: Images) => tf.tile(image, [6, 1, 1, 1]);
    extractor.batches.length = 0;
    const pairs = [
      ['x', 'r'],
      ['r', 's'],
    ] as const;
    const { perPair } = scorer.maps({ x: batch, r: reference, s: second }, pairs);
    expect(extractor.batches.length).toBeGreaterThan(1);
    expect(extractor.batches.reduce((sum, count) => sum + count, 0)).toBe(6);
    const expected = scorer.maps({ x: batch, r: repeated(good), s: repeated(other) }, pairs);
    perPair.forEach((map, p) => {
      expect(map.shape).toEqual([6, 256, 256]);
      const apart = tf.max(tf.abs(tf.sub(map, expected.perPair[p] ?? expect.unreachable())));
      expect(apart.dataSync()[0]).toBeLessThan(1e-6);
    });
    const distances = [...scorer.distances(batch, reference).dataSync()];
    expect(distances).toHaveLength(6);
    const whole = [...scorer.distances(batch, repeated(good)).dataSync()];
    expect(relativeError(distances, whole)).toBeLessThan(1e-5);
    reference.dispose();
    second.dispose();
  });

  it('of many images, made and compared in parts, gives each its own', () => {
    const scorer = new PerceptualScorer(new PoolExtractor());
    const [a, b] = [random(1, [5, 256, 256, 3]), random(2, [5, 256, 256, 3])];
    const reference = scorer.reference(b);
    const apart = tf.max(tf.abs(tf.sub(scorer.anomalyMap(a, reference), scorer.anomalyMap(a, b))));
    expect(apart.dataSync()[0]).toBeLessThan(1e-6);
    reference.dispose();
  });

  it('lets the gradient of the other side through', () => {
    const scorer = new PerceptualScorer(new PoolExtractor());
    const [a, b] = [random(1), random(2)];
    const reference = scorer.reference(b);
    const withImages = tf.grad((x) => scorer.distance(x.as4D(2, 6, 4, 3), b))(a);
    const withReference = tf.grad((x) => scorer.distance(x.as4D(2, 6, 4, 3), reference))(a);
    expect(withReference.dataSync()).toEqual(withImages.dataSync());
    reference.dispose();
  });

  it('holds one tensor a layer until disposed of, also where tidy would have taken them', () => {
    const scorer = new PerceptualScorer(new PoolExtractor());
    const images = random(1);
    const before = tf.memory().numTensors;
    // A tidy may return tensors alone.
    const made: ReturnType<typeof scorer.reference>[] = [];
    tf.tidy(() => {
      made.push(scorer.reference(images));
    });
    const [reference = expect.unreachable()] = made;
    expect(tf.memory().numTensors).toBe(before + 2);
    scorer.anomalyMap(images, reference).dispose();
    scorer.distance(images, reference).dispose();
    expect(tf.memory().numTensors).toBe(before + 2);
    reference.dispose();
    reference.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(images.isDisposed).toBe(false);
    expect(() => scorer.distance(images, reference)).toThrow('expected one in use, received a disposed one');
  });

  it('refuses one of another extractor, of another normalisation, of another size, and of several images for more', () => {
    const extractor = new PoolExtractor();
    const scorer = new PerceptualScorer(extractor);
    const images = random(1);
    const reference = scorer.reference(images);
    expect(() => new PerceptualScorer(new PoolExtractor()).distance(images, reference)).toThrow(
      new RangeError(
        'PerceptualScorer: expected a reference of its extractor and normalize: none, received one of another extractor',
      ),
    );
    expect(() =>
      new PerceptualScorer(extractor, { normalize: 'unit' }).anomalyMap(images, reference),
    ).toThrow('normalize: unit, received one of normalize: none');
    expect(() => scorer.distance(random(1, [2, 4, 4, 3]), reference)).toThrow(
      'PerceptualScorer.distance: expected images of one shape [B, H, W, 3], received a [2,4,4,3], b [2,6,4,3]',
    );
    expect(() => scorer.distance(random(1, [3, 6, 4, 3]), reference)).toThrow(
      'received a [3,6,4,3], b [2,6,4,3]',
    );
    // Images are no references: one of them does not stand for many.
    expect(() => scorer.distance(random(1, [1, 6, 4, 3]), reference)).toThrow(RangeError);
    reference.dispose();
  });
});
