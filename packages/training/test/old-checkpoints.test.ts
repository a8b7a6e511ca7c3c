import * as tf from '@tensorflow/tfjs';
import { memoryStore } from '@utad/core';
import { stageWeights, trainStages } from '@utad/training';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomData } from '../../../scripts/testing/records';
import fixture from './fixtures/checkpoint-2.json';
import { SIZE, tinyStages } from './tiny-stages';

// On this backend the same steps give the same numbers on every machine.
const backend = tf.getBackend();
beforeAll(async () => void (await tf.setBackend('cpu')));
afterAll(async () => void (await tf.setBackend(backend)));

/**
 * `fixtures/checkpoint-2.json` was written by the last version without groups of weights (format 2, commit 19b38c9):
 * `tinyStages(1)`, seed 5, aborted after the 4th and the 8th of 12 steps, and the weights of its run through.
 */
describe.each(Object.entries(fixture.checkpoints))('a checkpoint of format 2, after step %s', (_, files) => {
  it('is resumed to the very weights of the version that wrote it', async () => {
    const store = memoryStore();
    await store.replace(
      new Map(
        Object.entries(files).map(([name, text]) => [name, Uint8Array.from(Buffer.from(text, 'base64'))]),
      ),
    );
    const { plans, dispose } = tinyStages(3);
    const data = randomData(7, { size: SIZE });
    await trainStages(plans, data, { seed: 5, checkpoint: { store, resume: true } });
    const weights = plans.flatMap(({ stage }) =>
      [...stageWeights(stage)].map(([name, value]) => [`${stage.name}/${name}`, [...value.dataSync()]]),
    );
    dispose();
    expect(Object.fromEntries(weights)).toEqual(fixture.weights);
  });
});
