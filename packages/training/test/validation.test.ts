import * as tf from '@tensorflow/tfjs';
import type { TrainingEvent } from '@utad/core';
import { type FileStore, memoryStore } from '@utad/core';
import { CheckpointError, type Stage, type StageTraining, stageWeights, trainStages } from '@utad/training';
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

const white = greyPixels(255, 255);
const validation = greyPixels(255, 255);

/** Training pulls w · x to 1, a quarter of what is left at each step; validation wants it at 0.9. */
function overfittingStage(): Stage<{ x: tf.Tensor4D }> & { dispose(): void } {
  const stage = linearStage();
  return {
    ...stage,
    losses(inputs, training) {
      const { total } = stage.losses(inputs, true);
      if (training) return { total, terms: { error: total } };
      // sqrt(total) is |w · x - 1|: 1/4, 1/16, 1/64, 1/256 after one step and so on.
      const off = total.sqrt().sub(0.1).abs().asScalar();
      return { total: off, terms: { off } };
    },
  };
}

const training: StageTraining = {
  epochs: 8,
  batchSize: 2,
  optimizer: { kind: 'sgd', learningRate: 1 / 8 },
};

/** What is left of the error when the stage has ended. */
async function errorAfter(changes: Partial<StageTraining>, events: TrainingEvent[] = []): Promise<number> {
  const stage = overfittingStage();
  const onEvent = (event: TrainingEvent) => events.push(event);
  try {
    const plan = { stage, training: { ...training, ...changes } };
    await trainStages([plan], white, { validation, onEvent });
    return 1 - sumOf(stage);
  } finally {
    stage.dispose();
  }
}

function sumOf(stage: Stage): number {
  const [kernel] = stageWeights(stage).values();
  return [...(kernel?.dataSync() ?? [])].reduce((sum, value) => sum + value, 0);
}

describe('the weights that a stage ends with', () => {
  it('are the last by default', async () => {
    expect(await errorAfter({ epochs: 4 })).toBeCloseTo(1 / 256, 6);
  });

  it('are those of the lowest validation loss where asked for, counted among all epochs', async () => {
    const events: TrainingEvent[] = [];
    // Off by 0.15, 0.0375, 0.084, 0.096, ...: the second epoch is the best.
    expect(await errorAfter({ keep: 'best' }, events)).toBeCloseTo(1 / 16, 6);
    expect(events.at(-1)).toEqual({
      type: 'stage-end',
      stage: 'linear',
      epochs: 8,
      stoppedEarly: false,
      kept: 2,
    });
  });
});

describe('early stopping', () => {
  it('ends a stage once so many epochs brought nothing better', async () => {
    const events: TrainingEvent[] = [];
    await errorAfter({ earlyStopping: { patience: 3 } }, events);
    expect(events.at(-1)).toEqual({
      type: 'stage-end',
      stage: 'linear',
      epochs: 5,
      stoppedEarly: true,
      kept: 5,
    });
  });

  it('takes an improvement that is too small for none', async () => {
    const events: TrainingEvent[] = [];
    await errorAfter({ earlyStopping: { patience: 1, minDelta: 0.2 }, keep: 'best' }, events);
    expect(events.at(-1)).toMatchObject({ epochs: 2, stoppedEarly: true, kept: 2 });
  });

  it('wants images to validate on', async () => {
    const stage = linearStage();
    const run = trainStages([{ stage, training: { ...training, earlyStopping: { patience: 1 } } }], white);
    await expect(run).rejects.toThrow(
      'linear: expected at least 2 validation images to stop early or keep the best weights, received 0',
    );
    stage.dispose();
  });
});

describe.each([1, 2, 3, 4, 5, 6])('interrupted after step %i', (step) => {
  it('a run that stops early with its best weights ends as one run through', async () => {
    const run = async (options: { store?: FileStore; abortAfter?: number; resume?: boolean }) => {
      const stage = overfittingStage();
      const controller = new AbortController();
      const plan = {
        stage,
        training: { ...training, keep: 'best', earlyStopping: { patience: 3 } } as const,
      };
      try {
        const histories = await trainStages([plan], white, {
          validation,
          signal: controller.signal,
          ...(options.store && { checkpoint: { store: options.store, resume: options.resume === true } }),
          onEvent: (event) => {
            if (event.type === 'step' && event.step === options.abortAfter)
              controller.abort(new Error('enough'));
          },
        });
        return histories.map(({ epochs, ...rest }) => ({
          ...rest,
          sum: sumOf(stage),
          losses: epochs.map(({ losses, validation }) => ({ losses, validation })),
        }));
      } finally {
        stage.dispose();
      }
    };
    const through = await run({});
    expect(through).toMatchObject([{ kept: 2 }]);
    const store = memoryStore();
    const part = run({ store, abortAfter: step });
    if (step < 5) await expect(part).rejects.toThrow('enough');
    else expect(await part).toEqual(through);
    expect(await run({ store, resume: true })).toEqual(through);
  });
});

describe('a checkpoint that cannot be written', () => {
  const failing = (from: number): { store: FileStore; inner: FileStore } => {
    const inner = memoryStore();
    let writes = 0;
    return {
      inner,
      store: {
        ...inner,
        replace: async (files) => {
          if (++writes >= from) throw new Error('ENOSPC: no space left on device, write');
          await inner.replace(files);
        },
      },
    };
  };
  const run = async (store: FileStore) => {
    const stage = linearStage();
    try {
      return await trainStages([{ stage, training }], white, { checkpoint: { store, every: 2 } });
    } finally {
      stage.dispose();
    }
  };

  it('ends the run, says why, and which one is kept', async () => {
    const { store, inner } = failing(2);
    const error: unknown = await run(store).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CheckpointError);
    expect(error).toHaveProperty(
      'message',
      'checkpoint: could not write that of linear, step 4: ENOSPC: no space left on device, write; that of linear, step 2 is kept',
    );
    expect(await inner.list()).toEqual(['progress.json', 'tensors.bin']);
  });

  it('says so where there is none yet', async () => {
    await expect(run(failing(1).store)).rejects.toThrow(
      'step 2: ENOSPC: no space left on device, write; there is no earlier one',
    );
  });
});
