import * as tf from '@tensorflow/tfjs';
import { DivergedError } from '@utad/training';
import { TwoStage } from '@utad/two-stage';
import { describe, expect, it } from 'vitest';
import { randomData } from '../../../scripts/testing/records';
import { tiny, vgg19 } from './tiny';

const data = randomData(6, { size: [16, 16] });
const optimizers = [
  { kind: 'adam', learningRate: 1e3 },
  { kind: 'sgd', learningRate: 1e3, momentum: 0.9 },
  { kind: 'sgd', learningRate: 1e3 },
] as const;

describe.each(['ieNet', 'expertNet'] as const)('a learning rate of 1000 in %s', (stage) => {
  it.each(optimizers)('stops within 20 steps, $kind', async (optimizer) => {
    const tensors = tf.memory().numTensors;
    const training = { ...tiny.training, [stage]: { ...tiny.training[stage], epochs: 20, optimizer } };
    const detector = new TwoStage({ ...tiny, training }, { vgg19, seed: 1 });
    let steps = 0;
    const run = detector.fit(data, {
      onEvent: (event) => {
        if (event.type === 'stage') steps = 0;
        if (event.type === 'step') steps += 1;
      },
    });
    const error: unknown = await run.catch((reason: unknown) => reason);
    detector.dispose();
    expect(error).toBeInstanceOf(DivergedError);
    expect(error).toMatchObject({ stage: stage === 'ieNet' ? 'ie-net' : 'expert-net' });
    expect(steps).toBeLessThan(20);
    expect(tf.memory().numTensors).toBe(tensors);
  });
});
