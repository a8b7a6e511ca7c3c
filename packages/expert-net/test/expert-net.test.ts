import * as tf from '@tensorflow/tfjs';
import { ExpertNet, type ExpertNetConfig, expertNetPresets, expertNetStage } from '@utad/expert-net';
import type { Images } from '@utad/layers';
import { trainStages } from '@utad/training';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { randomData } from '../../../scripts/testing/records';

const tiny: ExpertNetConfig = {
  inputSize: [16, 16],
  base: 4,
  downsamplings: 2,
  residualBlocks: 1,
  detail: 3,
  detailFilters: [4, 4],
  paintsOnInput: false,
  mlp: 8,
  loss: { reconstruction: 1, naiveImpression: 1, detail: 1 },
};

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

/** What Expert-Net could be given as impressions: each image blurred over 4x4 pixels. */
const blurred = (x: Images): Images =>
  tf.tidy(() => tf.image.resizeNearestNeighbor(tf.avgPool(x, 4, 4, 'valid'), [16, 16]));

const noise = (seed: number) => tf.randomUniform<tf.Rank.R4>([2, 16, 16, 3], 0, 1, 'float32', seed);

function weightsOf(net: ExpertNet): number[][] {
  return Object.values(net.networks()).flatMap((network) =>
    network.weights.map((weight) => [...weight.read().dataSync()]),
  );
}

describe('painting on the input', () => {
  it('starts at x̂ = m and m̂ = x, and moves from there as both paths learn', async () => {
    const net = new ExpertNet({ ...tiny, paintsOnInput: true });
    const x = noise(1);
    const impression = tf.tidy(() => blurred(x));
    const largest = (a: tf.Tensor, b: tf.Tensor) => a.sub(b).abs().max().dataSync()[0];
    const distances = () =>
      tf.tidy(() => [
        largest(net.reconstruct(impression, net.detail(x)), impression),
        largest(net.naiveImpression(x), x),
      ]);
    // Inputs are kept a thousandth from black and white.
    for (const distance of distances()) expect(distance).toBeLessThan(0.0011);
    const training = { epochs: 2, batchSize: 2, optimizer: { kind: 'adam', learningRate: 1e-2 } } as const;
    await trainStages([{ stage: expertNetStage(net, blurred), training }], randomData(4, { size: [16, 16] }));
    for (const distance of distances()) expect(distance).toBeGreaterThan(0.01);
    tf.dispose([x, impression]);
    net.dispose();
  });
});

describe('shapes', () => {
  it('of the paper: three stride-2 blocks to 32x32 maps and back to 256x256, eight numbers of detail', () => {
    const net = new ExpertNet(expertNetPresets.paper);
    const shapes = Object.fromEntries(
      Object.entries(net.networks()).map(([name, { inputs, outputs }]) => [
        name.replace('expert-net-', ''),
        [...inputs, ...outputs].map(({ shape }) => shape),
      ]),
    );
    const [image, content, detail] = [
      [null, 256, 256, 3],
      [null, 32, 32, 8 * expertNetPresets.paper.base],
      [null, 8],
    ];
    expect(shapes).toEqual({
      'encoder-a': [image, content],
      'decoder-a': [content, detail, image],
      'encoder-b': [image, content],
      'decoder-b': [content, image],
      detail: [image, detail],
    });
    net.dispose();
  });

  it.each(Object.entries(expertNetPresets))('of %s come back to those of its images', (_, config) => {
    const net = new ExpertNet(config);
    const image = [null, ...config.inputSize, 3];
    expect(net.networks()['expert-net-decoder-a']?.outputs[0]?.shape).toEqual(image);
    expect(net.networks()['expert-net-decoder-b']?.outputs[0]?.shape).toEqual(image);
    net.dispose();
  });

  it('of what it makes of images, all in (0, 1)', () => {
    const net = new ExpertNet(tiny);
    tf.tidy(() => {
      const x = noise(1);
      const detail = net.detail(x);
      expect(detail.shape).toEqual([2, 3]);
      for (const made of [net.reconstruct(x, detail), net.naiveImpression(x)]) {
        expect(made.shape).toEqual([2, 16, 16, 3]);
        const values = made.dataSync();
        expect(Math.min(...values)).toBeGreaterThan(0);
        expect(Math.max(...values)).toBeLessThan(1);
      }
    });
    net.dispose();
  });

  it('that cannot be: sides that cannot be halved so often', () => {
    expect(() => new ExpertNet({ ...tiny, inputSize: [16, 18] })).toThrow(
      'Expert-Net: expected sides divisible by 4, received 16x18',
    );
  });
});

describe('what depends on what', () => {
  it('x̂ on the impression and the detail vector, m̂ on the image alone', () => {
    const net = new ExpertNet(tiny);
    // As after training: weights that make γ of the detail vector may all be nothing at the start.
    for (const weight of net.networks()['expert-net-decoder-a']?.weights ?? [])
      if (weight.originalName.endsWith('gamma/kernel'))
        tf.tidy(() => void weight.write(tf.ones(weight.read().shape)));
    tf.tidy(() => {
      const [impression, detail] = [noise(1), tf.zeros<tf.Rank.R2>([2, 3])];
      const first = net.reconstruct(impression, detail).dataSync();
      expect(net.reconstruct(impression, detail.add<tf.Tensor2D>(1)).dataSync()).not.toEqual(first);
      expect(net.reconstruct(noise(2), detail).dataSync()).not.toEqual(first);
      expect(net.naiveImpression(noise(2)).dataSync()).not.toEqual(net.naiveImpression(noise(1)).dataSync());
    });
    net.dispose();
  });

  it('the initial weights on the seed', () => {
    const [first, again, other] = [3, 3, 4].map((seed) => new ExpertNet(tiny, { seed }));
    if (first === undefined || again === undefined || other === undefined) throw new Error('expected three');
    expect(weightsOf(again)).toEqual(weightsOf(first));
    expect(weightsOf(other)).not.toEqual(weightsOf(first));
    for (const net of [first, again, other]) net.dispose();
  });

  it('the two paths start from different weights', () => {
    const net = new ExpertNet(tiny);
    const stems = ['a', 'b'].map((path) => [
      ...(net.networks()[`expert-net-encoder-${path}`]?.weights[0]?.read().dataSync() ?? []),
    ]);
    expect(stems[0]).toHaveLength(7 * 7 * 3 * 4);
    expect(stems[0]).not.toEqual(stems[1]);
    net.dispose();
  });
});

describe('the stage', () => {
  it('prepares the impression that it is given and s as the target', () => {
    const net = new ExpertNet(tiny);
    tf.tidy(() => {
      const x = noise(1);
      const { impression, detailTarget } = expertNetStage(net, blurred).prepare(x, 0, []);
      expect(impression.dataSync()).toEqual(blurred(x).dataSync());
      expect(detailTarget.dataSync()).toEqual(net.detail(x).dataSync());
    });
    net.dispose();
  });

  it('learns to make x̂ of m and m̂ of x, and minimises the sum of its terms', async () => {
    const net = new ExpertNet(tiny);
    const training = { epochs: 8, batchSize: 4, optimizer: { kind: 'adam', learningRate: 3e-3 } } as const;
    const [history] = await trainStages(
      [{ stage: expertNetStage(net, blurred), training }],
      randomData(8, { size: [16, 16] }),
    );
    net.dispose();
    const [first, last] = [history?.epochs[0]?.losses, history?.epochs.at(-1)?.losses];
    for (const name of ['reconstruction', 'naiveImpression', 'total'])
      expect(last?.[name], name).toBeLessThan(first?.[name] ?? 0);
    expect(last?.total).toBeCloseTo(
      (last?.reconstruction ?? 0) + (last?.naiveImpression ?? 0) + (last?.detail ?? 0),
      5,
    );
  });
});
