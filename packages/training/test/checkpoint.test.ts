import * as tf from '@tensorflow/tfjs';
import { memoryStore } from '@utad/core';
import { CheckpointError, loadCheckpoint, type Progress, saveCheckpoint } from '@utad/training';
import { expect, it } from 'vitest';

const progress: Progress = {
  identity: 'a run',
  finished: [{ stage: 'one', epochs: [{ losses: { total: 0.1 }, seconds: 1 }] }],
  step: 3,
  current: { stage: 'two', epochs: [] },
  partialEpoch: { steps: 3, seconds: 0.25, sums: { total: 1 / 3 } },
  start: { loss: 0.5, weightNorm: 2 },
};

async function saved() {
  const store = memoryStore();
  const tensors = new Map<string, tf.Tensor>([
    ['a/kernel', tf.tensor2d([1 / 3, -0, 1e-40, 3e38], [2, 2])],
    ['b', tf.tensor1d([7])],
  ]);
  await saveCheckpoint(store, { progress, tensors });
  tf.dispose([...tensors.values()]);
  return store;
}

it('comes back as it was, tensors bit for bit', async () => {
  const before = tf.memory().numTensors;
  const checkpoint = await loadCheckpoint(await saved());
  expect(checkpoint?.progress).toEqual(progress);
  const found = [...(checkpoint?.tensors ?? [])].map(([name, tensor]) => [
    name,
    tensor.shape,
    tensor.dataSync(),
  ]);
  expect(found).toEqual([
    ['a/kernel', [2, 2], Float32Array.of(1 / 3, -0, 1e-40, 3e38)],
    ['b', [1], Float32Array.of(7)],
  ]);
  tf.dispose([...(checkpoint?.tensors.values() ?? [])]);
  expect(tf.memory().numTensors).toBe(before);
});

it('is undefined where none was saved', async () => {
  expect(await loadCheckpoint(memoryStore())).toBeUndefined();
});

it.each<[string, (head: string, tensors: Uint8Array) => [string, Uint8Array], string]>([
  [
    'another format',
    (head, tensors) => [head.replace('"format":2', '"format":3'), tensors],
    'expected format 2',
  ],
  ['what is no JSON', (head, tensors) => [head.slice(1), tensors], 'expected JSON in progress.json'],
  [
    'tensors cut short',
    (head, tensors) => [head, tensors.slice(0, -1)],
    'expected 20 bytes in tensors.bin, received 19',
  ],
])('refuses %s', async (_, damage, message) => {
  const store = await saved();
  const before = tf.memory().numTensors;
  const head = new TextDecoder().decode(await store.read('progress.json'));
  const [damagedHead, damagedTensors] = damage(head, await store.read('tensors.bin'));
  await store.replace(
    new Map([
      ['progress.json', new TextEncoder().encode(damagedHead)],
      ['tensors.bin', damagedTensors],
    ]),
  );
  const error: unknown = await loadCheckpoint(store).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(CheckpointError);
  expect(error).toHaveProperty('message', expect.stringContaining(message));
  expect(tf.memory().numTensors).toBe(before);
});
