import * as tf from '@tensorflow/tfjs';
import type { TrainingEvent } from '@utad/core';
import { memoryStore } from '@utad/core';
import type { FitOptions } from '@utad/detector';
import { CheckpointError } from '@utad/training';
import { TwoStage } from '@utad/two-stage';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { randomData } from '../../../scripts/testing/records';
import { tiny, vgg19 } from './tiny';

const data = randomData(6, { size: [16, 16] });
const validation = randomData(2, { size: [16, 16], seed: 1 });

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

/** @param seed Of the initial weights, which a run that resumes must not depend on. */
async function fit(seed: number, options: FitOptions) {
  const detector = new TwoStage(tiny, { vgg19, seed });
  try {
    const { stages } = await detector.fit(data, { seed: 4, validation, ...options });
    return {
      losses: stages.map(({ epochs }) => epochs.map(({ losses, validation }) => ({ losses, validation }))),
      weights: Object.values(detector.networks()).flatMap((network) =>
        network.weights.map((weight) => [...weight.read().dataSync()]),
      ),
    };
  } finally {
    detector.dispose();
  }
}

let through: Awaited<ReturnType<typeof fit>>;
beforeAll(async () => {
  through = await fit(1, {});
});

async function interruptedAt(stage: string, step: number) {
  const store = memoryStore();
  const controller = new AbortController();
  const onEvent = (event: TrainingEvent) => {
    if (event.type === 'step' && event.stage === stage && event.step === step) controller.abort();
  };
  const run = fit(1, { checkpoint: { store }, signal: controller.signal, onEvent });
  await expect(run).rejects.toMatchObject({ name: 'AbortError' });
  return store;
}

// Three steps an epoch, two epochs: within an epoch, and at the end of one.
it.each([
  ['ie-net', 1],
  ['ie-net', 3],
  ['ie-net', 5],
  ['expert-net', 2],
  ['expert-net', 3],
  ['expert-net', 4],
])(
  'interrupted in %s after step %i and resumed, it ends bit for bit as one run through',
  async (stage, step) => {
    const store = await interruptedAt(stage, step);
    expect(await fit(2, { checkpoint: { store, resume: true } })).toEqual(through);
  },
);

it('does not resume the run of another configuration', async () => {
  const store = await interruptedAt('ie-net', 2);
  const other = new TwoStage({ ...tiny, score: { reduction: 'mean' } }, { vgg19 });
  const run = other.fit(data, { seed: 4, checkpoint: { store, resume: true } });
  await expect(run).rejects.toBeInstanceOf(CheckpointError);
  other.dispose();
});
