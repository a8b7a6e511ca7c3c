import * as tf from '@tensorflow/tfjs';
import type { StageHistory, TrainingEvent } from '@utad/core';
import { memoryStore } from '@utad/core';
import { type Images, ofRank, outputsOf } from '@utad/layers';
import {
  CheckpointError,
  type GroupedStage,
  type StageTraining,
  stageWeights,
  type TrainingOptions,
  trainableWeights,
  trainStages,
} from '@utad/training';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { greyPixels } from '../../../scripts/testing/records';
import { linearStage } from './tiny-stages';

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

/** A generator of grey pixels from two numbers of noise, and a discriminator that tells them from those of the data. */
function gan(seed: number): GroupedStage<{ x: Images; noise: tf.Tensor2D }> & {
  generate(noise: tf.Tensor2D): tf.Tensor2D;
  dispose(): void;
} {
  const dense = (units: number, place: number, inputShape?: number[]) => {
    const kernelInitializer = tf.initializers.glorotNormal({ seed: seed + place });
    return tf.layers.dense({
      units,
      kernelInitializer,
      name: `dense${place}`,
      ...(inputShape && { inputShape }),
    });
  };
  const generator = tf.sequential({ layers: [dense(3, 1, [2])] });
  const discriminator = tf.sequential({
    layers: [dense(8, 2, [3]), tf.layers.leakyReLU({ alpha: 0.2 }), dense(1, 3)],
  });
  const generate = (noise: tf.Tensor2D) => ofRank(2, outputsOf(generator, noise, true)[0], 'pixels');
  const logits = (pixels: tf.Tensor2D) => ofRank(2, outputsOf(discriminator, pixels, true)[0], 'logits');
  return {
    name: 'gan',
    inputSize: [1, 1],
    prepare: (images, noiseSeed) => ({
      x: images.clone(),
      noise: tf.randomNormal([images.shape[0], 2], 0, 1, 'float32', noiseSeed),
    }),
    groups: {
      discriminator: {
        networks: { discriminator },
        losses({ x, noise }) {
          const real = tf
            .softplus(logits(x.as2D(x.shape[0], 3)).neg())
            .mean()
            .asScalar();
          const generated = tf
            .softplus(logits(generate(noise)))
            .mean()
            .asScalar();
          return { total: real.add(generated).asScalar(), terms: { real, generated } };
        },
      },
      generator: {
        networks: { generator },
        losses({ noise }) {
          const fooled = tf
            .softplus(logits(generate(noise)).neg())
            .mean()
            .asScalar();
          return { total: fooled, terms: { fooled } };
        },
      },
    },
    generate,
    dispose: () => {
      generator.dispose();
      discriminator.dispose();
    },
  };
}

const training: StageTraining = {
  epochs: 30,
  batchSize: 4,
  optimizer: { kind: 'adam', learningRate: 0.04, beta1: 0.5 },
  schedule: 'cosine',
  groups: {
    discriminator: { optimizer: { kind: 'sgd', learningRate: 0.2, momentum: 0.5 }, schedule: 'constant' },
  },
};

/** Pixels around 0.75; twelve of them, so three steps an epoch. */
const pixels = greyPixels(180, 185, 188, 190, 191, 191, 191, 192, 193, 195, 198, 203);

async function trainGan(seed: number, epochs: number, options: TrainingOptions = {}) {
  const stage = gan(seed);
  const mean = () =>
    tf.tidy(
      () =>
        stage
          .generate(tf.randomNormal<tf.Rank.R2>([64, 2], 0, 1, 'float32', 9))
          .mean()
          .dataSync()[0],
    );
  try {
    const before = mean();
    const [history] = await trainStages([{ stage, training: { ...training, epochs } }], pixels, options);
    const weights = [...stageWeights(stage)].map(([name, value]) => [name, [...value.dataSync()]]);
    return { before, after: mean(), losses: history && lossesOf(history), weights };
  } finally {
    stage.dispose();
  }
}

/** Seconds are the only thing that may differ. */
function lossesOf({ epochs }: StageHistory) {
  return epochs.map(({ losses, validation }) => ({ losses, validation }));
}

describe('an adversarial network', () => {
  it('learns to make what its data are', async () => {
    const { before, after } = await trainGan(1, 60);
    expect(Math.abs((before ?? 1) - 0.75)).toBeGreaterThan(0.5);
    expect(Math.abs((after ?? 1) - 0.75)).toBeLessThan(0.15);
  });

  it.each([5, 8])('killed after step %i and resumed ends bit for bit as one run through', async (step) => {
    const through = await trainGan(1, 4, { seed: 3, validation: pixels });
    const store = memoryStore();
    const onEvent = (event: TrainingEvent) => {
      if (event.type === 'step' && event.step === step) throw new Error('killed');
    };
    const killed = trainGan(1, 4, { seed: 3, validation: pixels, checkpoint: { store, every: 2 }, onEvent });
    await expect(killed).rejects.toThrow('killed');
    const resumed = await trainGan(7, 4, {
      seed: 3,
      validation: pixels,
      checkpoint: { store, resume: true },
    });
    expect(resumed.weights).toEqual(through.weights);
    expect(resumed.losses).toEqual(through.losses);
  });

  it('has terms and a total of each group, and their sum, in training and on held-out images', async () => {
    const { losses } = await trainGan(1, 1, { validation: pixels });
    for (const means of [losses?.[0]?.losses, losses?.[0]?.validation]) {
      expect(Object.keys(means ?? {})).toEqual([
        'discriminator/real',
        'discriminator/generated',
        'discriminator/total',
        'generator/fooled',
        'generator/total',
        'total',
      ]);
      expect(means?.total).toBeCloseTo(
        (means?.['discriminator/total'] ?? 0) + (means?.['generator/total'] ?? 0),
        6,
      );
    }
  });

  it('is not resumed from the checkpoint of other groups', async () => {
    const stage = gan(1);
    const { discriminator, generator } = stage.groups;
    const networks = { ...discriminator?.networks, ...generator?.networks };
    const single = {
      ...stage,
      groups: { all: { networks, losses: generator?.losses ?? (() => expect.fail()) } },
    };
    const store = memoryStore();
    const options = { checkpoint: { store, every: 1 }, onEvent: stopAtFirstStep };
    const plain = { epochs: 1, batchSize: 4, optimizer: training.optimizer };
    await expect(trainStages([{ stage: single, training: plain }], pixels, options)).rejects.toThrow('stop');
    const run = trainStages([{ stage, training }], pixels, { checkpoint: { store, resume: true } });
    const error: unknown = await run.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CheckpointError);
    expect(error).toMatchObject({ code: 'weights', message: 'checkpoint: the optimiser state is missing' });
    stage.dispose();
  });
});

function stopAtFirstStep({ type }: TrainingEvent): void {
  if (type === 'checkpoint') throw new Error('stop');
}

/** `(sum of a - 1)²`, then `(sum of b - sum of a)²`, on white pixels; both sums are 0 at the start. */
function pursuit(): GroupedStage<{ x: Images }> & { dispose(): void } {
  const [a, b] = [linearStage(), linearStage()];
  const sum = (stage: typeof a, x: Images) =>
    ofRank(2, outputsOf(stage.networks.net ?? expect.fail(), x, true)[0], 'sum').mean();
  const squared = (difference: tf.Tensor) => ({ total: difference.square().asScalar(), terms: {} });
  return {
    name: 'pursuit',
    inputSize: [1, 1],
    prepare: (images) => ({ x: images.clone() }),
    groups: {
      ahead: {
        networks: { a: a.networks.net ?? expect.fail() },
        losses: ({ x }) => squared(sum(a, x).sub(1)),
      },
      behind: {
        networks: { b: b.networks.net ?? expect.fail() },
        losses: ({ x }) => squared(sum(b, x).sub(sum(a, x))),
      },
    },
    dispose: () => {
      a.dispose();
      b.dispose();
    },
  };
}

const one: StageTraining = { epochs: 1, batchSize: 1, optimizer: { kind: 'sgd', learningRate: 1 / 6 } };

describe('groups, by hand', () => {
  it('learn in their order: a later loss sees what earlier groups have just learnt, and moves its own weights alone', async () => {
    const stage = pursuit();
    const [history] = await trainStages([{ stage, training: one }], greyPixels(255));
    // The gradient is 2 (a - 1) = -2 for each of three weights, so a step of 1/6 takes a from 0 to 1; then b, from 0, too.
    expect(history?.epochs[0]?.losses).toEqual({ 'ahead/total': 1, 'behind/total': 1, total: 2 });
    const sums = [...stageWeights(stage).values()].map((weight) => tf.tidy(() => weight.sum().dataSync()[0]));
    for (const sum of sums) expect(sum).toBeCloseTo(1, 6);
    stage.dispose();
  });

  it('follow the optimiser that is told for them, and else that of the stage', async () => {
    const stage = pursuit();
    const groups = { behind: { optimizer: { kind: 'sgd', learningRate: 1 / 12 } as const } };
    await trainStages([{ stage, training: { ...one, groups } }], greyPixels(255));
    const sums = [...stageWeights(stage).values()].map((weight) => tf.tidy(() => weight.sum().dataSync()[0]));
    expect(sums[0]).toBeCloseTo(1, 6);
    expect(sums[1]).toBeCloseTo(1 / 2, 6);
    stage.dispose();
  });

  it('name their own weights', () => {
    const stage = pursuit();
    expect([...stageWeights(stage).keys()]).toEqual(['a/linear_dense/kernel', 'b/linear_dense/kernel']);
    expect([...trainableWeights(stage, 'behind').keys()]).toEqual(['b/linear_dense/kernel']);
    stage.dispose();
  });

  it('refuse settings of a group that is not there, no group at all, and two networks of one name', async () => {
    const stage = pursuit();
    const wrong = { ...one, groups: { beside: {} } };
    await expect(trainStages([{ stage, training: wrong }], greyPixels(255))).rejects.toThrow(
      'pursuit: expected training of the groups ahead, behind, received beside',
    );
    await expect(
      trainStages([{ stage: { ...stage, groups: {} }, training: one }], greyPixels(255)),
    ).rejects.toThrow('pursuit: expected at least one group, received none');
    const { ahead = expect.fail(), behind = expect.fail() } = stage.groups;
    const clash = {
      ...stage,
      groups: { ahead, behind: { ...behind, networks: { a: behind.networks.b ?? expect.fail() } } },
    };
    await expect(trainStages([{ stage: clash, training: one }], greyPixels(255))).rejects.toThrow(
      'stage pursuit: expected one network of each name, received two of a',
    );
    stage.dispose();
  });
});

it('a stage that does not say otherwise learns from a single image', async () => {
  const { smallestBatch: _, ...stage } = linearStage();
  const [history] = await trainStages([{ stage, training: one }], greyPixels(255));
  expect(history?.epochs).toHaveLength(1);
  await expect(trainStages([{ stage, training: one }], greyPixels())).rejects.toThrow(
    'linear: expected at least 1 image, received 0',
  );
  stage.dispose();
});
