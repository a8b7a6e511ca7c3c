import * as tf from '@tensorflow/tfjs';
import type { TrainingEvent } from '@utad/core';
import { memoryStore } from '@utad/core';
import type { Images } from '@utad/layers';
import { type Stage, stageWeights, trainableWeights, trainStages } from '@utad/training';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { greyPixels, randomData } from '../../../scripts/testing/records';
import { linearStage, SIZE, tinyStages } from './tiny-stages';

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

const white = greyPixels(255, 255, 255, 255, 255);
const sgd = { kind: 'sgd', learningRate: 1 / 8 } as const;

describe('a linear stage on white pixels, by hand', () => {
  // w · x - 1 is -1 at the start; a step adds 3 * 2 * (1/8) = 3/4 of it, so a quarter is left each time.
  it('has the losses of its steps averaged over each epoch, and a single last image left out', async () => {
    const stage = linearStage();
    const training = { epochs: 2, batchSize: 2, optimizer: sgd };
    const [history] = await trainStages([{ stage, training }], white);
    stage.dispose();
    expect(history?.stage).toBe('linear');
    expect(history?.epochs.map(({ losses }) => losses)).toEqual([
      { error: (1 + 1 / 16) / 2, total: (1 + 1 / 16) / 2 },
      { error: (1 / 256 + 1 / 4096) / 2, total: (1 / 256 + 1 / 4096) / 2 },
    ]);
  });

  it('prepares each batch beside the records it was read from, in their order', async () => {
    const linear = linearStage();
    const seen: [number, number][] = [];
    const stage: Stage<{ x: Images }> = {
      ...linear,
      prepare(images, seed, records) {
        const pixels = images.slice([0, 0, 0, 0], [-1, 1, 1, 1]).dataSync();
        for (const [i, { image }] of records.entries()) seen.push([image[0] ?? -1, (pixels[i] ?? -1) * 255]);
        return linear.prepare(images, seed, records);
      },
    };
    const greys = greyPixels(1, 2, 3, 4, 5);
    const training = { epochs: 1, batchSize: 3, optimizer: sgd };
    await trainStages([{ stage, training }], greys, { validation: greyPixels(6, 7) });
    linear.dispose();
    for (const [stored, value] of seen) expect(value).toBeCloseTo(stored, 4);
    expect(seen.map(([stored]) => stored).sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('follows the schedule', async () => {
    const stage = linearStage();
    const training = { epochs: 1, batchSize: 2, optimizer: sgd, schedule: 'cosine' } as const;
    await trainStages([{ stage, training }], white);
    const [kernel] = stageWeights(stage).values();
    // Half way the rate is half: 1/4, then 1 - 3/8 of it, are left of 1; w has three equal parts.
    for (const value of kernel?.dataSync() ?? []) expect(value).toBeCloseTo((1 - (1 / 4) * (5 / 8)) / 3, 6);
    stage.dispose();
  });

  it('measures held-out images after each epoch, weighs batches by their size, and learns nothing from them', async () => {
    const stage = linearStage();
    const training = { epochs: 2, batchSize: 3, optimizer: sgd };
    // Batches of three black and of two white pixels; training has batches of 3 and 2, so two steps an epoch.
    const validation = greyPixels(0, 0, 0, 255, 255);
    const [history] = await trainStages([{ stage, training }], white, { validation });
    stage.dispose();
    const measured = history?.epochs.map((epoch) => epoch.validation?.error);
    expect(measured).toEqual([(3 * 1 + 2 / 256) / 5, (3 * 1 + 2 / 65536) / 5]);
  });
});

describe('events', () => {
  it('come in order, and tell stage, epoch, step, losses and checkpoints', async () => {
    const { plans, dispose } = tinyStages(1);
    const events: TrainingEvent[] = [];
    const checkpoint = { store: memoryStore(), every: 3 };
    const onEvent = (event: TrainingEvent) => events.push(event);
    const histories = await trainStages(plans, randomData(5, { size: SIZE }), { onEvent, checkpoint });
    dispose();

    const brief = events.map((event) => {
      if (event.type === 'stage')
        return `${event.stage} from ${event.from} of ${event.epochs}x${event.stepsPerEpoch}`;
      if (event.type === 'epoch') return `${event.stage} epoch ${event.epoch}/${event.epochs}`;
      if (event.type === 'checkpoint') return `saved ${event.stage} ${event.step}`;
      if (event.type === 'step') return `${event.stage} ${event.epoch}: ${event.step}/${event.steps}`;
      if (event.type === 'stage-end') return `${event.stage} ended with epoch ${event.kept}`;
      return event.message;
    });
    const course = (stage: string) => [
      `${stage} from 0 of 2x2`,
      `${stage} 1: 1/4`,
      `${stage} 1: 2/4`,
      `${stage} epoch 1/2`,
      `${stage} 2: 3/4`,
      `saved ${stage} 3`,
      `${stage} 2: 4/4`,
      `${stage} epoch 2/2`,
      `${stage} ended with epoch 2`,
      `saved ${stage} 0`,
    ];
    expect(brief).toEqual([...course('first'), ...course('second')]);
    const epochs = events.flatMap((event) => (event.type === 'epoch' ? [event.losses] : []));
    expect(epochs).toEqual(histories.flatMap((history) => history.epochs.map(({ losses }) => losses)));
  });

  it('carry the losses of an epoch’s last step', async () => {
    const stage = linearStage();
    const seen: (number | undefined)[] = [];
    await trainStages([{ stage, training: { epochs: 2, batchSize: 2, optimizer: sgd } }], white, {
      onEvent: (event) => {
        if (event.type === 'step') seen.push(event.losses?.error);
      },
    });
    stage.dispose();
    expect(seen).toEqual([undefined, 1 / 16, undefined, 1 / 4096]);
  });
});

describe('a run depends on its seed', () => {
  const run = async (seed: number) => {
    const { plans, dispose } = tinyStages(1);
    const histories = await trainStages(plans, randomData(6, { size: SIZE }), { seed });
    dispose();
    return histories.flatMap(({ epochs }) => epochs.map(({ losses }) => losses.total));
  };

  it('and on nothing else', async () => {
    const once = await run(1);
    expect(await run(1)).toEqual(once);
    expect(await run(2)).not.toEqual(once);
  });
});

describe('a run that cannot go on', () => {
  it('leaves no tensor behind when losses, data or a listener throw', async () => {
    const stage = linearStage();
    const training = { epochs: 1, batchSize: 2, optimizer: sgd };
    const broken: Stage = {
      ...stage,
      losses: () => {
        throw new Error('no losses');
      },
    };
    await expect(trainStages([{ stage: broken, training }], white)).rejects.toThrow('no losses');

    const unconnected: Stage = {
      ...stage,
      losses: () => ({ total: tf.scalar(1), terms: { one: tf.scalar(1) } }),
    };
    await expect(trainStages([{ stage: unconnected, training }], white)).rejects.toThrow(
      'Cannot find a connection',
    );

    const torn = {
      ...white,
      records: (order: readonly number[]) => white.records([...order.slice(0, 2), 99]),
    };
    await expect(trainStages([{ stage, training }], torn)).rejects.toThrow('index below 5, received 99');

    const onEvent = ({ type }: TrainingEvent) => {
      if (type === 'step') throw new Error('no listener');
    };
    await expect(trainStages([{ stage, training }], white, { onEvent })).rejects.toThrow('no listener');
    stage.dispose();
  });

  it('wants two images', async () => {
    const stage = linearStage();
    const plan = { stage, training: { epochs: 1, batchSize: 2, optimizer: sgd } };
    await expect(trainStages([plan], greyPixels(255))).rejects.toThrow(
      'linear: expected at least 2 images, received 1',
    );
    stage.dispose();
  });
});

it('names weights by network, and tells those that learn from moving averages', () => {
  const { plans, dispose } = tinyStages(1);
  const [first] = plans;
  if (first === undefined) throw new Error('expected a stage');
  const trainable = [
    'net/first_norm/gamma',
    'net/first_norm/beta',
    'net/first_dense/kernel',
    'net/first_dense/bias',
  ];
  const moving = ['net/first_norm/moving_mean', 'net/first_norm/moving_variance'];
  expect([...trainableWeights(first.stage).keys()].sort()).toEqual([...trainable].sort());
  expect([...stageWeights(first.stage).keys()].sort()).toEqual([...trainable, ...moving].sort());
  dispose();
});
