import * as tf from '@tensorflow/tfjs';
import { type AnomalyDetector, disposePrediction, type Prediction } from '@utad/detector';
import { PerceptualScorer, Vgg19 } from '@utad/perceptual';
import type { Images, TrainingEvent } from '@utad/training';
import { TwoStage } from '@utad/two-stage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

const imagesOf = (count: number): Images => tf.randomUniform([count, 16, 16, 3], 0, 1, 'float32', 3);

/** Runs a check on a new detector's prediction of three images, and frees all of it. */
function withPrediction(
  check: (given: { detector: TwoStage; images: Images; prediction: Prediction }) => void,
  config: unknown = tiny,
): void {
  const detector = new TwoStage(config, { vgg19 });
  const images = imagesOf(3);
  const prediction = detector.predict(images);
  tf.tidy(() => check({ detector, images, prediction }));
  disposePrediction(prediction);
  images.dispose();
  detector.dispose();
}

describe('a prediction', () => {
  it('has one map and one score an image, and the three images that explain it', () => {
    withPrediction(({ prediction: { anomalyMap, score, intermediates } }) => {
      expect(anomalyMap.shape).toEqual([3, 16, 16]);
      expect(score.shape).toEqual([3]);
      expect(Math.min(...anomalyMap.dataSync())).toBeGreaterThanOrEqual(0);
      expect(Object.keys(intermediates).sort()).toEqual(['impression', 'naiveImpression', 'reconstruction']);
      for (const image of Object.values(intermediates)) expect(image.shape).toEqual([3, 16, 16, 3]);
    });
  });

  it('shows m = D_M(E_M(x)), x̂ = D(m, E_S(x)) and m̂', () => {
    withPrediction(({ detector: { ieNet, expertNet }, images, prediction: { intermediates } }) => {
      const impression = ieNet.impression(images);
      const reconstruction = expertNet.reconstruct(impression, expertNet.detail(images));
      const expected = { impression, reconstruction, naiveImpression: expertNet.naiveImpression(images) };
      for (const [name, image] of Object.entries(expected))
        expect(intermediates[name]?.dataSync(), name).toEqual(image.dataSync());
    });
  });

  it('has as map e of Eq. 8: the distances of x and x̂, of m and m̂, and of x and m, added up', () => {
    withPrediction(({ images, prediction: { anomalyMap, contributions, intermediates } }) => {
      const vgg = new Vgg19(vgg19);
      const scorer = new PerceptualScorer(vgg);
      const { impression: m = images, reconstruction = images, naiveImpression = images } = intermediates;
      const maps = {
        'x, reconstruction': scorer.anomalyMap(images, reconstruction),
        'impression, naiveImpression': scorer.anomalyMap(m, naiveImpression),
        'x, impression': scorer.anomalyMap(images, m),
      };
      const e = tf.addN(Object.values(maps));
      expect(relativeError(anomalyMap.dataSync(), e.dataSync())).toBeLessThan(1e-5);
      for (const [pair, map] of Object.entries(maps)) {
        const found = contributions?.[`pair/${pair}`]?.dataSync() ?? [];
        expect(relativeError(found, map.mean([1, 2]).dataSync()), pair).toBeLessThan(1e-5);
      }
      vgg.dispose();
    });
  });

  it('keeps the maps of layers and pairs where they are asked for: either adds up to e, and none is kept otherwise', () => {
    withPrediction(({ detector, images, prediction }) => {
      expect(prediction.parts).toBeUndefined();
      const asked = detector.predict(images, { parts: true });
      const parts = Object.entries(asked.parts ?? {});
      expect(parts.map(([name]) => name)).toEqual(Object.keys(asked.contributions ?? {}));
      for (const group of ['layer/', 'pair/']) {
        const maps = parts.filter(([name]) => name.startsWith(group)).map(([, map]) => map);
        expect(maps).toHaveLength(3);
        expect(relativeError(tf.addN(maps).dataSync(), asked.anomalyMap.dataSync())).toBeLessThan(1e-5);
      }
      for (const [name, map] of parts) {
        const mean = asked.contributions?.[name]?.dataSync() ?? [];
        expect(relativeError(map.mean([1, 2]).dataSync(), mean), name).toBeLessThan(1e-5);
      }
    });
  });

  it('frees the maps of its parts with the rest', () => {
    const detector = new TwoStage(tiny, { vgg19 });
    const images = imagesOf(2);
    disposePrediction(detector.predict(images, { parts: true }));
    images.dispose();
    detector.dispose();
  });

  it('tells what the map owes to each layer and each pair: either adds up to its mean', () => {
    withPrediction(({ prediction: { anomalyMap, contributions = {} } }) => {
      const mean = anomalyMap.mean([1, 2]).dataSync();
      for (const group of ['layer/', 'pair/']) {
        const parts = Object.entries(contributions).filter(([name]) => name.startsWith(group));
        expect(parts).toHaveLength(3);
        const sum = tf.addN(parts.map(([, part]) => part)).dataSync();
        expect(relativeError(sum, mean), group).toBeLessThan(1e-5);
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
    (reduction) => {
      withPrediction(
        ({ detector, prediction: { anomalyMap, score } }) => {
          expect(detector.reduction).toBe(reduction);
          expect([...score.dataSync()]).toEqual([...anomalyMap[reduction]([1, 2]).dataSync()]);
        },
        { ...tiny, score: { reduction } },
      );
    },
  );

  it('of an image does not depend on the others in its batch', () => {
    withPrediction(({ detector, images, prediction }) => {
      const alone = detector.predict(images.slice([1], [1]));
      const among = prediction.anomalyMap.slice([1], [1]);
      expect(relativeError(alone.anomalyMap.dataSync(), among.dataSync())).toBeLessThan(1e-5);
    });
  });

  it('needs no training: latent codes neither', () => {
    withPrediction(({ detector, images }) => {
      expect(detector.embed(images).shape).toEqual([3, 3]);
    });
  });
});

describe('a detector', () => {
  it('says what it is: kind, configuration, size, weights', () => {
    const detector: AnomalyDetector = new TwoStage(tiny, { vgg19 });
    const { kind, config, inputSize, assets } = detector;
    expect({ kind, config, inputSize, assets }).toEqual({
      kind: 'two-stage',
      config: tiny,
      inputSize: [16, 16],
      assets: { vgg19: { name: vgg19.name, sha256: vgg19.sha256, seed: 1 } },
    });
    expect(Object.keys(detector.networks())).toHaveLength(8);
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
