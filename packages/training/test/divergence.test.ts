import * as tf from '@tensorflow/tfjs';
import type { TrainingEvent } from '@utad/core';
import { ofRank, outputsOf } from '@utad/layers';
import { DivergedError, type Stage, trainStages } from '@utad/training';
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

const white = greyPixels(255, 255, 255, 255, 255);

async function divergence(stage: Stage & { dispose(): void }, training: object): Promise<[unknown, number]> {
  let steps = 0;
  const plan = {
    epochs: 50,
    batchSize: 2,
    optimizer: { kind: 'sgd', learningRate: 1 / 8 } as const,
    ...training,
  };
  const error: unknown = await trainStages([{ stage, training: plan }], white, {
    onEvent: ({ type }) => {
      if (type === 'step') steps += 1;
    },
  }).catch((reason: unknown) => reason);
  stage.dispose();
  return [error, steps];
}

describe('training stops', () => {
  it('when a loss is no longer a number, and says which, where', async () => {
    // Each step multiplies the error by 1 - 6e20, until float32 overflows.
    const optimizer = { kind: 'sgd', learningRate: 1e20 } as const;
    const [error] = await divergence(linearStage(), { optimizer });
    expect(error).toBeInstanceOf(DivergedError);
    expect(error).toMatchObject({ stage: 'linear', step: 2, term: 'error', value: Number.POSITIVE_INFINITY });
    expect(error).toHaveProperty(
      'message',
      'linear: expected a finite number for "error", received Infinity at step 2; a lower learning rate may help',
    );
  });

  it('when the loss explodes', async () => {
    // 1 - 6 / 2 = -2 at each step: the loss is 1, 4, 16, 64, 256.
    const [error] = await divergence(linearStage(), {
      optimizer: { kind: 'sgd', learningRate: 1 / 2 },
      epochs: 5,
    });
    expect(error).toBeInstanceOf(DivergedError);
    expect(error).toMatchObject({ step: 5, term: 'total', value: 256, limit: 100 });
    expect(error).toHaveProperty(
      'message',
      'linear: expected less than 100 for "total", received 256 at step 5; a lower learning rate may help',
    );
  });

  it('as late as the factor allows', async () => {
    const optimizer = { kind: 'sgd', learningRate: 1 / 2 } as const;
    const [error] = await divergence(linearStage(), { optimizer, explosionFactor: 1000 });
    expect(error).toMatchObject({ step: 6, value: 1024, limit: 1000 });
  });

  it('when the weights explode behind a loss that cannot', async () => {
    const optimizer = { kind: 'adam', learningRate: 1e3 } as const;
    const [error, steps] = await divergence(boundedStage(), { optimizer });
    expect(error).toBeInstanceOf(DivergedError);
    expect(error).toMatchObject({ stage: 'bounded', term: 'weight norm' });
    expect(steps).toBeLessThan(20);
  });

  it('not when the learning rate is sound', async () => {
    const [history] = await divergence(boundedStage(), { optimizer: { kind: 'adam', learningRate: 0.01 } });
    expect(history).toMatchObject([{ stage: 'bounded', kept: 50 }]);
  });
});

it('warns once of a stage that keeps tensors', async () => {
  const stage = linearStage();
  const kept: tf.Tensor[] = [];
  const leaking: Stage = {
    ...stage,
    prepare: (images) => {
      kept.push(tf.keep(tf.scalar(1)));
      return { x: images.clone() };
    },
  };
  const warnings: string[] = [];
  const training = { epochs: 4, batchSize: 2, optimizer: { kind: 'sgd', learningRate: 0.01 } as const };
  const onEvent = (event: TrainingEvent) => {
    if (event.type === 'warning') warnings.push(event.message);
  };
  await trainStages([{ stage: leaking, training }], white, { onEvent });
  tf.dispose(kept);
  stage.dispose();
  expect(warnings).toEqual([
    'linear: 2 more tensors are held than an epoch ago: something keeps what it should dispose of',
  ]);
});

/** `|sigmoid(w · x) - 1|`: never more than 1, wherever w goes. */
function boundedStage(): Stage<{ x: tf.Tensor4D }> & { dispose(): void } {
  const kernelInitializer = tf.initializers.glorotNormal({ seed: 1 });
  const net = tf.sequential({
    layers: [tf.layers.flatten({ inputShape: [1, 1, 3] }), tf.layers.dense({ units: 1, kernelInitializer })],
  });
  return {
    name: 'bounded',
    inputSize: [1, 1],
    networks: { net },
    prepare: (images) => ({ x: images.clone() }),
    losses({ x }, training) {
      const output = ofRank(2, outputsOf(net, x, training)[0], 'bounded').sigmoid();
      const error = output.sub(1).abs().mean().asScalar();
      return { total: error, terms: { error } };
    },
    dispose: () => {
      net.dispose();
    },
  };
}
