import * as tf from '@tensorflow/tfjs';
import type { ImageBatch, TrainingEvent } from '@utad/core';
import { type AnomalyDetector, ImageSizeError, predictWhole, type WholePrediction } from '@utad/detector';
import { imagesTensor } from '@utad/detector/tfjs';
import { TfjsBackbone } from '@utad/features/tfjs';
import { PerceptualScorer } from '@utad/perceptual';
import { TwoStage } from '@utad/two-stage';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { randomData } from '../../../scripts/testing/records';
import { relativeError } from '../../../scripts/testing/relative-error';
import { tiny, vgg19 } from './tiny';

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

const imagesOf = (count: number): ImageBatch => ({
  data: Uint8Array.from({ length: count * 16 * 16 * 3 }, (_, index) => (index * index * 31) % 256),
  shape: [count, 16, 16, 3],
});
const all = { resizeTo: [20, 24], parts: 'all', pictures: 'all', differences: 'all' } as const;

/** Runs a check on a new detector's prediction of three images. */
async function withPrediction(
  check: (given: {
    detector: TwoStage;
    images: ImageBatch;
    prediction: WholePrediction;
  }) => void | Promise<void>,
  config: unknown = tiny,
): Promise<void> {
  const detector = new TwoStage(config, { vgg19 });
  const images = imagesOf(3);
  await check({ detector, images, prediction: await predictWhole(detector, images, all) });
  detector.dispose();
}

/** `[3, 16, 16]` to `[3]` */
const meansOf = (maps: Float32Array) => tf.tidy(() => tf.tensor3d(maps, [3, 16, 16]).mean([1, 2]).dataSync());
const sumOf = (maps: readonly Float32Array[]) =>
  maps.reduce((sum, map) => sum.map((value, index) => value + (map[index] ?? 0)));

describe('a prediction', () => {
  it('has one map and one score an image, and the three images that explain it', async () => {
    await withPrediction(({ prediction: { maps, mapSize, scores, pictures } }) => {
      expect(mapSize).toEqual([16, 16]);
      expect([maps.length, scores.length]).toEqual([3 * 16 * 16, 3]);
      expect(Math.min(...maps)).toBeGreaterThanOrEqual(0);
      expect(Object.keys(pictures).sort()).toEqual(['impression', 'naiveImpression', 'reconstruction']);
      for (const { shape, data } of Object.values(pictures)) {
        expect([shape, data.length]).toEqual([[3, 16, 16, 3], 3 * 16 * 16 * 3]);
      }
    });
  });

  it('shows m = D_M(E_M(x)), x̂ = D(m, E_S(x)) and m̂, and how far they are from x', async () => {
    await withPrediction(
      ({ detector: { ieNet, expertNet }, images, prediction: { pictures, differences } }) => {
        tf.tidy(() => {
          const x = imagesTensor(images);
          const impression = ieNet.impression(x);
          const reconstruction = expertNet.reconstruct(impression, expertNet.detail(x));
          const expected = { impression, reconstruction, naiveImpression: expertNet.naiveImpression(x) };
          for (const [name, image] of Object.entries(expected)) {
            const bytes = Uint8Array.from(image.mul(255).round().dataSync());
            expect(pictures[name]?.data, name).toEqual(bytes);
            const difference = x.sub(image).abs().mean<tf.Tensor3D>(3);
            const found = differences[name];
            expect(found?.values, name).toEqual(difference.dataSync());
            expect(found?.maxima, name).toEqual(difference.max([1, 2]).dataSync());
            const resized = tf.image.resizeBilinear(
              difference.expandDims<tf.Tensor4D>(3),
              [20, 24],
              false,
              true,
            );
            expect(found?.resized, name).toEqual(resized.dataSync());
          }
        });
      },
    );
  });

  it('has as map e of Eq. 8: the distances of x and x̂, of m and m̂, and of x and m, added up', async () => {
    await withPrediction(
      ({ detector: { ieNet, expertNet }, images, prediction: { maps, contributions } }) => {
        const vgg = new TfjsBackbone(vgg19);
        tf.tidy(() => {
          const scorer = new PerceptualScorer(vgg);
          const x = imagesTensor(images);
          const m = ieNet.impression(x);
          const pairs = {
            'x, reconstruction': scorer.anomalyMap(x, expertNet.reconstruct(m, expertNet.detail(x))),
            'impression, naiveImpression': scorer.anomalyMap(m, expertNet.naiveImpression(x)),
            'x, impression': scorer.anomalyMap(x, m),
          };
          const e = tf.addN(Object.values(pairs));
          expect(relativeError(maps, e.dataSync())).toBeLessThan(1e-5);
          for (const [pair, map] of Object.entries(pairs)) {
            const found = contributions[`pair/${pair}`] ?? [];
            expect(relativeError(found, map.mean([1, 2]).dataSync()), pair).toBeLessThan(1e-5);
          }
        });
        vgg.dispose();
      },
    );
  });

  it('reads back the maps of layers and pairs that are named: either group adds up to e, and none comes otherwise', async () => {
    await withPrediction(async ({ detector, images, prediction: { parts, maps, contributions } }) => {
      expect(Object.keys(parts)).toEqual(Object.keys(contributions));
      for (const group of ['layer/', 'pair/']) {
        const terms = Object.entries(parts).filter(([name]) => name.startsWith(group));
        expect(terms).toHaveLength(3);
        expect(relativeError(sumOf(terms.map(([, map]) => map)), maps)).toBeLessThan(1e-5);
      }
      for (const [name, map] of Object.entries(parts)) {
        expect(relativeError(meansOf(map), contributions[name] ?? []), name).toBeLessThan(1e-5);
      }
      const named = { parts: ['layer/conv1_2'], pictures: ['impression'], differences: [] };
      const some = await detector.predict(images, named);
      expect(some.parts).toEqual({ 'layer/conv1_2': parts['layer/conv1_2'] });
      expect([Object.keys(some.pictures ?? {}), some.differences]).toEqual([['impression'], {}]);
      const none = await detector.predict(images);
      expect([none.parts, none.pictures, none.differences, none.resized]).toEqual(
        Array.from({ length: 4 }, () => undefined),
      );
      expect(none.maps).toEqual(maps);
    });
  });

  it('is read back from the engine at once, whatever is asked for', async () => {
    await withPrediction(async ({ detector, images }) => {
      const read = vi.spyOn(tf.engine(), 'read');
      const readSync = vi.spyOn(tf.engine(), 'readSync');
      try {
        await detector.predict(images, all);
        expect([read.mock.calls.length, readSync.mock.calls.length]).toEqual([1, 0]);
      } finally {
        read.mockRestore();
        readSync.mockRestore();
      }
    });
  });

  it('tells what the map owes to each layer and each pair: either adds up to its mean', async () => {
    await withPrediction(({ prediction: { maps, contributions } }) => {
      for (const group of ['layer/', 'pair/']) {
        const terms = Object.entries(contributions).filter(([name]) => name.startsWith(group));
        expect(terms).toHaveLength(3);
        expect(relativeError(sumOf(terms.map(([, part]) => part)), meansOf(maps)), group).toBeLessThan(1e-5);
      }
      expect(Object.keys(contributions).sort()).toEqual([
        'layer/conv1_2',
        'layer/conv2_2',
        'layer/conv3_4',
        'pair/impression, naiveImpression',
        'pair/x, impression',
        'pair/x, reconstruction',
      ]);
    });
  });

  it.each(['mean', 'max'] as const)(
    'has as score the %s of the map, where the configuration says so',
    async (reduction) => {
      await withPrediction(
        ({ detector, prediction: { maps, scores, reductions } }) => {
          expect(detector.reduction).toBe(reduction);
          const expected = tf.tidy(() => tf.tensor3d(maps, [3, 16, 16])[reduction]([1, 2]).dataSync());
          expect(scores).toEqual(expected);
          expect(reductions[reduction]).toEqual(scores);
        },
        { ...tiny, score: { reduction } },
      );
    },
  );

  it('of an image does not depend on the others in its batch', async () => {
    await withPrediction(async ({ detector, images, prediction }) => {
      const pixels = 16 * 16;
      const one: ImageBatch = { data: images.data.slice(pixels * 3, pixels * 6), shape: [1, 16, 16, 3] };
      const alone = await detector.predict(one);
      expect(relativeError(alone.maps, prediction.maps.subarray(pixels, 2 * pixels))).toBeLessThan(1e-5);
    });
  });

  it('is the same when two are made at once', async () => {
    await withPrediction(async ({ detector, images, prediction }) => {
      const both = await Promise.all([detector.predict(images), detector.predict(images)]);
      for (const { maps, scores } of both) {
        expect([maps, scores]).toEqual([prediction.maps, prediction.scores]);
      }
    });
  });

  it('needs no training: latent codes neither', async () => {
    await withPrediction(async ({ detector, images }) => {
      const { data, shape } = await detector.embed(images);
      expect([data.length, shape]).toEqual([9, [3, 3]]);
    });
  });

  it('is refused for images of another size', async () => {
    await withPrediction(async ({ detector }) => {
      const large: ImageBatch = { data: new Uint8Array(20 * 16 * 3), shape: [1, 20, 16, 3] };
      const error: unknown = await detector.predict(large).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ImageSizeError);
      expect(error).toMatchObject({ code: 'size', message: 'expected images of 16x16, received 20x16' });
      await expect(detector.embed(large)).rejects.toBeInstanceOf(ImageSizeError);
    });
  });
});

describe('a detector', () => {
  it('says what it is: kind, configuration, size, weights', async () => {
    const detector: AnomalyDetector = new TwoStage(tiny, { vgg19 });
    const { kind, config, inputSize, assets } = detector;
    expect({ kind, config, inputSize, assets }).toEqual({
      kind: 'two-stage',
      config: tiny,
      inputSize: [16, 16],
      assets: { vgg19: { name: vgg19.name, sha256: vgg19.sha256, seed: 1 } },
    });
    const { size } = await detector.state();
    expect(size).toBeGreaterThan(8);
    detector.dispose();
  });

  it('starts from weights that its seed fixes', () => {
    const weights = (seed: number) => {
      const detector = new TwoStage(tiny, { vgg19, seed });
      const values = Object.values(detector.networks()).flatMap((network) =>
        network.weights.map((weight) => [...weight.read().dataSync()]),
      );
      detector.dispose();
      return values;
    };
    const first = weights(1);
    expect(weights(1)).toEqual(first);
    expect(weights(2)).not.toEqual(first);
  });
});

describe('fit', () => {
  const data = randomData(5, { size: [16, 16] });

  it('trains stage 1, then stage 2 on what stage 1 makes, which stays as it is', async () => {
    const detector = new TwoStage(tiny, { vgg19 });
    const impressionNow = () =>
      tf.tidy(() => [...detector.ieNet.impression(tf.ones<tf.Rank.R4>([1, 16, 16, 3])).dataSync()]);
    const untrained = impressionNow();
    let between: number[] = [];
    const stages: string[] = [];
    const onEvent = (event: TrainingEvent) => {
      if (event.type !== 'stage') return;
      stages.push(event.stage);
      between = impressionNow();
    };
    const summary = await detector.fit(data, { onEvent });
    expect(stages).toEqual(['ie-net', 'expert-net']);
    expect(between).not.toEqual(untrained);
    expect(impressionNow()).toEqual(between);
    const terms = summary.stages.map(({ stage, epochs }) => [
      stage,
      epochs.length,
      Object.keys(epochs[0]?.losses ?? {}),
    ]);
    expect(terms).toEqual([
      ['ie-net', 2, ['mutualInformation', 'kl', 'reconstruction', 'total']],
      ['expert-net', 2, ['reconstruction', 'naiveImpression', 'detail', 'total']],
    ]);
    detector.dispose();
  });

  it('brings the reconstruction nearer to the images', async () => {
    const longer = { ...tiny.training.ieNet, epochs: 8 };
    const detector = new TwoStage({ ...tiny, training: { ieNet: longer, expertNet: longer } }, { vgg19 });
    const { stages } = await detector.fit(data, { validation: randomData(3, { size: [16, 16], seed: 1 }) });
    for (const { epochs } of stages) {
      expect(epochs.at(-1)?.losses.reconstruction).toBeLessThan(epochs[0]?.losses.reconstruction ?? 0);
      expect(epochs.at(-1)?.validation).toMatchObject({ reconstruction: expect.any(Number) });
    }
    detector.dispose();
  });
});
