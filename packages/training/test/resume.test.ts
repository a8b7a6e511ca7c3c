import * as tf from '@tensorflow/tfjs';
import type { StageHistory, TrainingEvent } from '@utad/core';
import { memoryStore } from '@utad/core';
import { CheckpointError, stageWeights, type TrainingOptions, trainStages } from '@utad/training';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { randomData } from '../../../scripts/testing/records';
import { SIZE, tinyStages } from './tiny-stages';

const data = randomData(7, { size: SIZE });
const validation = randomData(3, { size: SIZE, seed: 9 });
/** Three steps an epoch, two epochs a stage. */
const STEPS_OF_A_STAGE = 6;

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

interface Outcome {
  readonly losses: unknown;
  readonly weights: Record<string, number[]>;
}

/** @param initial Seed of the initial weights; a run that resumes must not depend on it. */
async function train(initial: number, options: TrainingOptions): Promise<Outcome> {
  const { plans, dispose } = tinyStages(initial);
  try {
    const histories = await trainStages(plans, data, { validation, ...options });
    const weights: Record<string, number[]> = {};
    for (const { stage } of plans) {
      for (const [name, value] of stageWeights(stage))
        weights[`${stage.name}/${name}`] = [...value.dataSync()];
    }
    return { losses: histories.map(lossesOf), weights };
  } finally {
    dispose();
  }
}

/** Seconds are the only thing that may differ. */
function lossesOf({ stage, epochs }: StageHistory) {
  return { stage, epochs: epochs.map(({ losses, validation }) => ({ losses, validation })) };
}

/** A listener that aborts after so many steps over all stages. */
function abortAfter(steps: number, controller: AbortController) {
  let taken = 0;
  return (event: TrainingEvent) => {
    if (event.type === 'step' && ++taken === steps) controller.abort(new Error('enough'));
  };
}

const everyStep = Array.from({ length: 2 * STEPS_OF_A_STAGE - 1 }, (_, index) => index + 1);

it.each(everyStep)(
  'interrupted after step %i of 12 and resumed, a run ends bit for bit as one run through',
  async (step) => {
    const through = await train(1, { seed: 5 });
    const store = memoryStore();
    const controller = new AbortController();
    const interrupted = train(1, {
      seed: 5,
      checkpoint: { store },
      signal: controller.signal,
      onEvent: abortAfter(step, controller),
    });
    await expect(interrupted).rejects.toThrow('enough');
    const resumed = await train(2, { seed: 5, checkpoint: { store, resume: true } });
    expect(resumed).toEqual(through);
  },
);

it('so does a run that is interrupted again and again', async () => {
  const through = await train(1, { seed: 5 });
  const store = memoryStore();
  for (let part = 0; part < 5; part++) {
    const controller = new AbortController();
    const checkpoint = { store, resume: true };
    const onEvent = abortAfter(2, controller);
    const run = train(part + 1, { seed: 5, checkpoint, signal: controller.signal, onEvent });
    await expect(run).rejects.toThrow('enough');
  }
  expect(await train(8, { seed: 5, checkpoint: { store, resume: true } })).toEqual(through);
});

it('so does a run that dies, from the last checkpoint that it saved by itself', async () => {
  const through = await train(1, { seed: 5 });
  const store = memoryStore();
  let taken = 0;
  const onEvent = ({ type }: TrainingEvent) => {
    if (type === 'step' && ++taken === 9) throw new Error('power cut');
  };
  const run = train(1, { seed: 5, checkpoint: { store, every: 2 }, onEvent });
  await expect(run).rejects.toThrow('power cut');
  const events: TrainingEvent[] = [];
  const resumed = await train(2, {
    seed: 5,
    checkpoint: { store, resume: true },
    onEvent: (event) => events.push(event),
  });
  expect(events[0]).toMatchObject({ type: 'stage', stage: 'second', from: 2 });
  expect(resumed).toEqual(through);
});

it('a run that was complete is complete again without a step', async () => {
  const store = memoryStore();
  const through = await train(1, { seed: 5, checkpoint: { store } });
  const events: TrainingEvent[] = [];
  const again = await train(2, {
    seed: 5,
    checkpoint: { store, resume: true },
    onEvent: (event) => events.push(event),
  });
  expect(again).toEqual(through);
  expect(events).toEqual([]);
});

describe('an abort', () => {
  it('saves a checkpoint of the step in hand and rejects with the signal’s own reason', async () => {
    const store = memoryStore();
    const controller = new AbortController();
    const events: TrainingEvent[] = [];
    const abort = abortAfter(4, controller);
    const run = train(1, {
      checkpoint: { store, every: 1000 },
      signal: controller.signal,
      onEvent: (event) => {
        events.push(event);
        abort(event);
      },
    });
    const error: unknown = await run.catch((reason: unknown) => reason);
    expect(error).toBe(controller.signal.reason);
    expect(events.at(-1)).toEqual({ type: 'checkpoint', stage: 'first', step: 4 });
    expect(await store.list()).toEqual(['progress.json', 'tensors.bin']);
  });

  it('before the first step takes none', async () => {
    const events: TrainingEvent[] = [];
    const run = train(1, { signal: AbortSignal.abort(), onEvent: (event) => events.push(event) });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    expect(events.map(({ type }) => type)).toEqual(['stage']);
  });
});

describe('resuming', () => {
  it('starts afresh where nothing was saved', async () => {
    const checkpoint = { store: memoryStore(), resume: true };
    expect(await train(1, { seed: 5, checkpoint })).toEqual(await train(1, { seed: 5 }));
  });

  it('is asked for: without it a checkpoint is passed over', async () => {
    const store = memoryStore();
    const through = await train(1, { seed: 5, checkpoint: { store } });
    expect(await train(1, { seed: 5, checkpoint: { store } })).toEqual(through);
    expect(await train(2, { seed: 5, checkpoint: { store } })).not.toEqual(through);
  });

  const saved = async () => {
    const store = memoryStore();
    await train(1, { seed: 5, configuration: 'a', checkpoint: { store } });
    return { store, resume: true };
  };

  it('refuses the checkpoint of another seed, configuration or dataset', async () => {
    const checkpoint = await saved();
    const own = { seed: 5, configuration: 'a', checkpoint };
    await expect(train(1, own)).resolves.toBeDefined();
    const { plans, dispose } = tinyStages(1);
    const others = [
      trainStages(plans, data, { ...own, seed: 6 }),
      trainStages(plans, data, { ...own, configuration: 'b' }),
      trainStages(plans, randomData(7, { size: SIZE, seed: 1 }), own),
    ];
    for (const other of others) {
      const error: unknown = await other.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(CheckpointError);
      expect(error).toHaveProperty('message', expect.stringContaining('received that of another run'));
    }
    dispose();
  });

  it('refuses the checkpoint of networks of other shapes', async () => {
    const checkpoint = await saved();
    const { plans, dispose } = tinyStages(1);
    const wider = tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: [...SIZE, 3] }),
        tf.layers.dense({ units: 4, name: 'first_dense' }),
      ],
    });
    const changed = plans.map((plan, index) =>
      index === 0 ? { ...plan, stage: { ...plan.stage, networks: { net: wider } } } : plan,
    );
    const run = trainStages(changed, data, { seed: 5, configuration: 'a', checkpoint });
    await expect(run).rejects.toThrow(
      'checkpoint: expected first/net/first_dense/kernel of shape [12,4], received [12,3]',
    );
    await expect(run).rejects.toBeInstanceOf(CheckpointError);
    wider.dispose();
    dispose();
  });
});
