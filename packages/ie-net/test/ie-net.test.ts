import * as tf from '@tensorflow/tfjs';
import type { Losses, TrainingEvent } from '@utad/core';
import { IeNet, type IeNetConfig, ieNetPresets, ieNetStage } from '@utad/ie-net';
import { stageWeights, trainStages } from '@utad/training';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataOf, randomData } from '../../../scripts/testing/records';

const tiny: IeNetConfig = {
  inputSize: [16, 16],
  encoder: [
    { filters: 4, factor: 4 },
    { filters: 4, factor: 2 },
  ],
  decoder: [
    { filters: 4, factor: 2 },
    { filters: 4, factor: 4 },
  ],
  latent: 4,
  mlp: [16, 16],
  discriminator: [32, 32, 16],
  bottleneck: 'spatial',
  outputKernel: 1,
  vectorChannels: 4,
  initialLogVariance: -4,
  loss: { mutualInformation: 1, kl: 0.001, reconstruction: 100 },
};

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

function weightsOf(net: IeNet): number[][] {
  return Object.values(net.networks()).flatMap((network) =>
    network.weights.map((weight) => [...weight.read().dataSync()]),
  );
}

describe('shapes', () => {
  it.each(['spatial', 'vector'] as const)(
    'of the paper: 256x256 to 8x8x512 and back, bottleneck %s',
    (bottleneck) => {
      const net = new IeNet({ ...ieNetPresets.paper, bottleneck });
      const [features, pooled, distribution] = net.encoder.outputs;
      expect(features?.shape).toEqual([null, 8, 8, 512]);
      expect(pooled?.shape).toEqual([null, 512]);
      expect(distribution?.shape).toEqual([null, 2 * 128]);
      expect(net.decoder.inputs[0]?.shape).toEqual(
        bottleneck === 'spatial' ? [null, 8, 8, 512] : [null, 128],
      );
      expect(net.decoder.outputs[0]?.shape).toEqual([null, 256, 256, 3]);
      expect(net.discriminator.inputs[0]?.shape).toEqual([null, 512 + 128]);
      expect(net.discriminator.outputs[0]?.shape).toEqual([null, 1]);
      net.dispose();
    },
  );

  it.each(Object.entries(ieNetPresets))('of %s come back to those of its images', (_, config) => {
    const net = new IeNet(config);
    expect(net.decoder.outputs[0]?.shape).toEqual([null, ...config.inputSize, 3]);
    net.dispose();
  });

  it('of what it makes of images', () => {
    const net = new IeNet(tiny);
    tf.tidy(() => {
      const x = tf.randomUniform<tf.Rank.R4>([2, 16, 16, 3], 0, 1, 'float32', 1);
      const { features, pooled, mean, logVariance } = net.encode(x);
      expect([features, pooled, mean, logVariance].map(({ shape }) => shape)).toEqual([
        [2, 2, 2, 16],
        [2, 16],
        [2, 4],
        [2, 4],
      ]);
      expect(net.impression(x).shape).toEqual([2, 16, 16, 3]);
      expect(net.discriminate(pooled, mean).shape).toEqual([2, 1]);
      expect(net.embed(x).dataSync()).toEqual(mean.dataSync());
    });
    net.dispose();
  });

  it('that cannot be: factors that do not undo each other, or do not divide the image', () => {
    expect(() => new IeNet({ ...tiny, inputSize: [20, 16] })).toThrow(
      'IE-Net: expected factors of one product that divides 20x16, received 8 down and 8 up',
    );
    const shallow = { ...tiny, decoder: tiny.decoder.slice(1) };
    expect(() => new IeNet(shallow)).toThrow('received 8 down and 4 up');
  });
});

describe('initial weights', () => {
  it('are fixed by the seed', () => {
    const [first, again, other] = [3, 3, 4].map((seed) => new IeNet(tiny, { seed }));
    if (first === undefined || again === undefined || other === undefined) throw new Error('expected three');
    expect(weightsOf(again)).toEqual(weightsOf(first));
    expect(weightsOf(other)).not.toEqual(weightsOf(first));
    for (const net of [first, again, other]) net.dispose();
  });

  it('differ from layer to layer', () => {
    const net = new IeNet(tiny);
    const kernels = net.encoder.weights.filter(({ originalName }) => originalName.includes('5x5'));
    const values = kernels.map((kernel) => [...kernel.read().dataSync().slice(0, 5)]);
    expect(values).toHaveLength(2);
    expect(values[0]).not.toEqual(values[1]);
    net.dispose();
  });

  it('put the log-variance of z about where the configuration says', () => {
    const net = new IeNet({ ...tiny, initialLogVariance: -4 });
    const values = tf.tidy(() => net.encode(tf.zeros([1, 16, 16, 3])).logVariance.dataSync());
    // Of a black image all features are zero, and what is left is the bias.
    expect([...values]).toEqual([-4, -4, -4, -4]);
    net.dispose();
  });
});

describe('the stage', () => {
  const flatColours = () =>
    dataOf(
      Array.from({ length: 24 }, (_, index) => {
        const colour = [index % 3, Math.floor(index / 3) % 3, Math.floor(index / 9)].map(
          (level) => 40 + 80 * level,
        );
        const image = Uint8Array.from({ length: 16 * 16 * 3 }, (_, place) => colour[place % 3] ?? 0);
        return { id: `${index}`, label: 0, defectType: 'good', image, size: [16, 16], channels: 3 } as const;
      }),
    );

  const train = async (net: IeNet, epochs: number): Promise<Losses[]> => {
    const epochsSeen: Losses[] = [];
    const onEvent = (event: TrainingEvent) => {
      if (event.type === 'epoch') epochsSeen.push(event.losses);
    };
    const training = { epochs, batchSize: 8, optimizer: { kind: 'adam', learningRate: 3e-3 } } as const;
    await trainStages([{ stage: ieNetStage(net), training }], flatColours(), { onEvent });
    return epochsSeen;
  };

  it('teaches T to tell pairs, keeps information in z, and the impression to look like the image', async () => {
    const net = new IeNet(tiny, { seed: 1 });
    const losses = await train(net, 20);
    net.dispose();
    const [first, last] = [losses[0], losses.at(-1)];
    expect(last?.mutualInformation).toBeLessThan(0.9);
    expect(last?.kl).toBeGreaterThan(1);
    expect(last?.reconstruction).toBeLessThan((first?.reconstruction ?? 0) / 2);
  });

  it('without mutual information has no T and no KL term', async () => {
    const net = new IeNet({ ...tiny, loss: { ...tiny.loss, mutualInformation: 0 } });
    const stage = ieNetStage(net);
    expect(Object.keys(stage.networks)).toEqual(['ie-net-encoder', 'ie-net-decoder']);
    expect([...stageWeights(stage).keys()].filter((name) => name.includes('discriminator'))).toEqual([]);
    const [epoch] = await train(net, 1);
    expect(Object.keys(epoch ?? {}).sort()).toEqual(['reconstruction', 'total']);
    expect(epoch?.total).toBeCloseTo(tiny.loss.reconstruction * (epoch?.reconstruction ?? 0), 3);
    net.dispose();
  });

  it('draws new noise for every seed, the same for the same', async () => {
    const net = new IeNet(tiny);
    const stage = ieNetStage(net);
    const images = tf.zeros<tf.Rank.R4>([2, 16, 16, 3]);
    const noise = (seed: number) =>
      tf.tidy(() => {
        const { positiveNoise, negativeNoise } = stage.prepare(images, seed, []);
        return [[...positiveNoise.dataSync()], [...negativeNoise.dataSync()]];
      });
    const [positive, negative] = noise(1);
    expect(noise(1)).toEqual([positive, negative]);
    expect(noise(2)).not.toEqual([positive, negative]);
    expect(positive).not.toEqual(negative);
    images.dispose();
    net.dispose();
  });
});

it('learns from one batch of two', async () => {
  const net = new IeNet(tiny);
  const before = weightsOf(net);
  const training = { epochs: 1, batchSize: 2, optimizer: { kind: 'sgd', learningRate: 1e-3 } } as const;
  await trainStages([{ stage: ieNetStage(net), training }], randomData(2, { size: [16, 16] }));
  expect(weightsOf(net)).not.toEqual(before);
  net.dispose();
});
