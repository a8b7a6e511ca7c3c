import * as tf from '@tensorflow/tfjs';
import { type Dataset, deriveSeed, everyIndex } from '@utad/core';
import { readBatches } from './batches';
import type { Losses } from './events';
import { LossMeter } from './loss-meter';
import { SMALLEST_BATCH, type Stage } from './stage';

export interface ValidationOptions {
  readonly batchSize: number;
  readonly seed: number;
  /** Sees the losses of every batch, and may throw. */
  readonly check: (losses: Losses) => void;
}

/** Mean losses on images kept out of training, with the same noise every time. */
export async function validationLoss(
  stage: Stage,
  data: Dataset,
  { batchSize, seed, check }: ValidationOptions,
): Promise<Losses> {
  const meter = new LossMeter(check);
  const order = everyIndex(data);
  const options = { order, batchSize, size: stage.inputSize, smallestBatch: SMALLEST_BATCH };
  try {
    let batchIndex = 0;
    for await (const { images, records } of readBatches(data, options)) {
      const noise = deriveSeed(seed, 'validation', stage.name, batchIndex);
      try {
        const losses = tf.tidy(() => stage.losses(stage.prepare(images, noise, records), false));
        meter.add(losses, batchIndex, images.shape[0]);
      } finally {
        images.dispose();
      }
      batchIndex += 1;
    }
    await meter.read();
    return meter.takeMeans().losses;
  } finally {
    meter.dispose();
  }
}
