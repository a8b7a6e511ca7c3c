import type { TrainingEvent } from '@utad/core';
import { type Dataset, memoryStore, subset } from '@utad/core';
import { trainStages } from '@utad/training';
import { expect, it } from 'vitest';
import { randomData } from '../../../scripts/testing/records';
import { SIZE, tinyStages } from './tiny-stages';

/** Data that note which pass they are asked for. */
function noting(passes: (number | undefined)[], count = 4): Dataset {
  const data = randomData(count, { size: SIZE });
  return {
    ...data,
    records(order, pass) {
      passes.push(pass);
      return data.records(order);
    },
  };
}

it('data are asked for each epoch of a stage as one pass, counted from 0; validation always as the first', async () => {
  const [passes, validationPasses]: number[][] = [[], []];
  const { plans, dispose } = tinyStages(1);
  await trainStages(plans, noting(passes ?? []), { validation: noting(validationPasses ?? [], 2) });
  dispose();
  expect(passes).toEqual([0, 1, 0, 1]);
  expect(new Set(validationPasses)).toEqual(new Set([0]));
});

it('a run that goes on in the middle of an epoch asks for the pass that it was stopped in', async () => {
  const passes: (number | undefined)[] = [];
  const store = memoryStore();
  const controller = new AbortController();
  let steps = 0;
  const onEvent = ({ type }: TrainingEvent) => {
    if (type === 'step' && ++steps === 3) controller.abort(new Error('enough'));
  };
  const { plans, dispose } = tinyStages(1);
  const options = { onEvent, signal: controller.signal, checkpoint: { store } };
  await expect(trainStages(plans, noting(passes), options)).rejects.toThrow('enough');
  expect(passes).toEqual([0, 1]);
  await trainStages(plans, noting(passes), { checkpoint: { store, resume: true } });
  dispose();
  expect(passes).toEqual([0, 1, 1, 0, 1]);
});

it('a subset hands the pass on', async () => {
  const passes: (number | undefined)[] = [];
  for await (const _ of subset(noting(passes), [2, 0]).records([0], 7));
  expect(passes).toEqual([7]);
});
