import * as tf from '@tensorflow/tfjs';
import type { Losses } from '@utad/core';
import { useBackend } from '@utad/runtime/node';
import { TwoStage } from '@utad/two-stage';
import { beforeAll, expect, it } from 'vitest';
import { tiny, vgg19 } from '../../packages/two-stage/test/tiny';
import { randomData } from '../../scripts/testing/records';
import { relativeError } from '../../scripts/testing/relative-error';
import { describeWebGpu } from '../support/when-vulkan';

interface Outcome {
  readonly map: ArrayLike<number>;
  readonly losses: readonly Losses[];
  readonly trainedMap: ArrayLike<number>;
}

/** Everything that a user of a detector sees, on the backend in use. */
async function outcome(): Promise<Outcome> {
  const detector = new TwoStage(tiny, { vgg19 });
  const data = Uint8Array.from({ length: 16 * 16 * 3 }, (_, index) => (index * index * 31) % 256);
  const mapOf = async () => (await detector.predict({ data, shape: [1, 16, 16, 3] })).maps;
  const map = await mapOf();
  const { stages } = await detector.fit(randomData(4, { size: [16, 16] }), { seed: 1 });
  const trainedMap = await mapOf();
  detector.dispose();
  const losses = stages.flatMap(({ epochs }) => epochs.map((epoch) => epoch.losses));
  return { map, losses, trainedMap };
}

describeWebGpu('the two-stage detector on webgpu', () => {
  let expected: Outcome;
  let found: Outcome;
  let before: tf.MemoryInfo;
  let after: tf.MemoryInfo;

  beforeAll(async () => {
    const { name } = await useBackend({ training: true });
    expect(name).not.toBe('webgpu');
    expected = await outcome();
    await useBackend({ backend: 'webgpu' });
    before = tf.memory();
    found = await outcome();
    after = tf.memory();
  });

  it('marks an image as another backend does', () => {
    expect(relativeError(found.map, expected.map)).toBeLessThan(1e-3);
  });

  it('has the same losses after every epoch of both stages', () => {
    expect(found.losses).toHaveLength(4);
    expected.losses.forEach((losses, epoch) => {
      expect(Object.keys(found.losses[epoch] ?? {})).toEqual(Object.keys(losses));
      for (const [term, loss] of Object.entries(losses)) {
        expect(Math.abs((found.losses[epoch]?.[term] ?? Number.NaN) - loss), term).toBeLessThan(
          1e-3 * Math.abs(loss),
        );
      }
    });
  });

  // Weights are not compared: where a gradient cancels to nothing but rounding, as before a normalisation, Adam makes
  // whole steps of the rounding.
  it('marks the image alike after training, and otherwise than before', () => {
    expect(relativeError(found.trainedMap, expected.trainedMap)).toBeLessThan(1e-3);
    expect(relativeError(found.trainedMap, found.map)).toBeGreaterThan(0.02);
  });

  it('gives back all memory of the device when it is disposed of', () => {
    expect(after.numTensors).toBe(before.numTensors);
    expect({ ...after, numBytesAllocatedInGPU: 0 }).toEqual({ ...before, numBytesAllocatedInGPU: 0 });
    tf.removeBackend('webgpu');
  });
});
