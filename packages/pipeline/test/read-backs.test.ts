import * as tf from '@tensorflow/tfjs';
import { evaluateDetector } from '@utad/pipeline';
import { TwoStage } from '@utad/two-stage';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { randomData } from '../../../scripts/testing/records';
import { tiny, vgg19 } from '../../two-stage/test/tiny';
import { partLimits } from '../src/evaluate/part-limits';
import { CodeObserver } from '../src/node/evaluate-latent';

const thresholds = { image: 1, pixel: 1, images: 1 };
const data = randomData(10, { size: [16, 16] });

/** How often tensors are read while something is done. */
async function readBacks(work: (detector: TwoStage) => Promise<unknown>): Promise<number> {
  const detector = new TwoStage(tiny, { vgg19 });
  try {
    await work(detector);
    const reads = [vi.spyOn(tf.Tensor.prototype, 'data'), vi.spyOn(tf.Tensor.prototype, 'dataSync')];
    const tensors = tf.memory().numTensors;
    await work(detector);
    expect(tf.memory().numTensors).toBe(tensors);
    return reads.reduce((sum, { mock }) => sum + mock.calls.length, 0);
  } finally {
    detector.dispose();
  }
}

afterEach(() => vi.restoreAllMocks());

describe('an evaluation of the two-stage method reads tensors back', () => {
  const see = () => {};
  const evaluation = (detector: TwoStage, codes: boolean) =>
    evaluateDetector(detector, data, {
      thresholds,
      batchSize: 4,
      observers: [
        { see, wants: { parts: 'all', pictures: 'all' } },
        { see, wants: { parts: ['layer/conv1_2'] } },
        ...(codes ? [new CodeObserver(detector.embed.bind(detector))] : []),
      ],
    });

  it('once a batch, whoever wants something of it', async () => {
    expect(await readBacks((detector) => evaluation(detector, false))).toBe(3);
  });

  it('once more for latent codes', async () => {
    expect(await readBacks((detector) => evaluation(detector, true))).toBe(6);
  });

  it('once a batch for the scales of parts', async () => {
    expect(await readBacks((detector) => partLimits(detector, data))).toBe(2);
  });
});
