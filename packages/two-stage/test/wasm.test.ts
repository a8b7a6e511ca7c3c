import * as tf from '@tensorflow/tfjs';
import type { ImageBatch } from '@utad/core';
import { useBackend } from '@utad/runtime/node';
import { TwoStage } from '@utad/two-stage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomData } from '../../../scripts/testing/records';
import { tiny, vgg19 } from './tiny';

// The backend that this machine trains on, or, where that is wasm itself, plain JavaScript.
const usual = tf.getBackend();
const reference = usual === 'wasm' ? 'cpu' : usual;

const data = randomData(6, { size: [16, 16] });
const validation = randomData(2, { size: [16, 16], seed: 1 });
const images: ImageBatch = {
  data: Uint8Array.from({ length: 2 * 16 * 16 * 3 }, (_, index) => (index * index * 31) % 256),
  shape: [2, 16, 16, 3],
};

/** Trains on a backend: every loss term of every epoch by its place, and then a prediction. */
async function train(): Promise<{ losses: Map<string, number>; scores: Float32Array; map: Float32Array }> {
  const detector = new TwoStage(tiny, { vgg19, seed: 1 });
  try {
    const { stages } = await detector.fit(data, { seed: 4, validation });
    const losses = new Map<string, number>();
    for (const { stage, epochs } of stages) {
      for (const [epoch, { losses: training, validation: heldOut }] of epochs.entries()) {
        for (const [kind, terms] of Object.entries({ training, heldOut })) {
          for (const [name, value] of Object.entries(terms ?? {})) {
            losses.set(`${stage} ${epoch} ${kind} ${name}`, Number(value));
          }
        }
      }
    }
    const { scores, maps } = await detector.predict(images);
    return { losses, scores, map: maps };
  } finally {
    detector.dispose();
  }
}

let expected: Awaited<ReturnType<typeof train>>;
beforeAll(async () => {
  await tf.setBackend(reference);
  expected = await train();
  await useBackend({ backend: 'wasm', training: true });
});
afterAll(async () => {
  await tf.setBackend(usual);
});

it(`trains both stages on wasm to the losses and the anomaly maps of ${reference}`, async () => {
  const tensors = tf.memory().numTensors;
  const received = await train();
  expect(tf.memory().numTensors).toBe(tensors);

  expect([...received.losses.keys()]).toEqual([...expected.losses.keys()]);
  expect(received.losses.size).toBeGreaterThan(20);
  for (const [term, loss] of expected.losses) {
    const error = Math.abs((received.losses.get(term) ?? Number.NaN) - loss) / Math.abs(loss);
    expect(error, term).toBeLessThan(1e-3);
  }
  const range = Math.max(...expected.map) - Math.min(...expected.map);
  for (const [pixel, value] of expected.map.entries()) {
    expect(Math.abs((received.map[pixel] ?? Number.NaN) - value)).toBeLessThan(1e-3 * range);
  }
});
