import type { TrainingEvent } from '@utad/core';
import { trainStages } from '@utad/training';
import { expect, it } from 'vitest';
import { greyPixels } from '../../../scripts/testing/records';
import { linearStage } from './tiny-stages';

const dead = { value: 1, tolerance: 0.01, meaning: 'nothing is learnt' };

async function warningsOf(learningRate: number, epochs: number): Promise<TrainingEvent[]> {
  const stage = { ...linearStage(), trivialTerms: { error: dead } };
  const warnings: TrainingEvent[] = [];
  const training = { epochs, batchSize: 2, optimizer: { kind: 'sgd', learningRate } as const };
  await trainStages([{ stage, training }], greyPixels(255, 255), {
    onEvent: (event) => {
      if (event.type === 'warning') warnings.push(event);
    },
  });
  stage.dispose();
  return warnings;
}

it('warns once of a term that stays at its trivial value, when it has for three epochs', async () => {
  expect(await warningsOf(1e-6, 10)).toEqual([
    { type: 'warning', stage: 'linear', epoch: 3, message: 'linear: "error" stays at 1: nothing is learnt' },
  ]);
});

it('waits for a tenth of the epochs', async () => {
  expect(await warningsOf(1e-7, 50)).toMatchObject([{ epoch: 5 }]);
});

it('says nothing of a term that begins there and leaves', async () => {
  expect(await warningsOf(1 / 8, 10)).toEqual([]);
});

it('says nothing of a stage too short to tell', async () => {
  expect(await warningsOf(1e-6, 2)).toEqual([]);
});
