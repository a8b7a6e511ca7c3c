import * as tf from '@tensorflow/tfjs';
import { everyIndex } from '@utad/core';
import { disposePrediction } from '@utad/detector';
import { folderStore } from '@utad/detector/node';
import { rocAuc } from '@utad/eval';
import type { Vgg19Weights } from '@utad/perceptual';
import { readBatches } from '@utad/training';
import { load } from '@utad/two-stage';
import type { JudgeSet } from './judge-sets';

/** Image AUROC with the mean and with the maximum of e as the score. */
export interface SetScore {
  readonly mean: number;
  readonly max: number;
}

/** What a trained detector reaches on a set when these weights measure, whatever weights it was made with. */
export async function scoreSet(set: JudgeSet, bundle: string, vgg19: Vgg19Weights): Promise<SetScore> {
  const { detector } = await load(folderStore(bundle), { vgg19, allowOtherWeights: true });
  try {
    const data = await set.open(detector.inputSize);
    const order = everyIndex(data);
    const labels: number[] = [];
    const scores: Record<'mean' | 'max', number[]> = { mean: [], max: [] };
    for await (const { images, records } of readBatches(data, {
      order,
      batchSize: 16,
      size: detector.inputSize,
    })) {
      const prediction = detector.predict(images);
      const { anomalyMap } = prediction;
      const [mean, max] = tf.tidy(() => [
        Array.from(anomalyMap.mean([1, 2]).dataSync()),
        Array.from(anomalyMap.max([1, 2]).dataSync()),
      ]);
      scores.mean.push(...(mean ?? []));
      scores.max.push(...(max ?? []));
      labels.push(...records.map(({ label }) => label));
      disposePrediction(prediction);
      images.dispose();
    }
    return { mean: rocAuc(labels, scores.mean), max: rocAuc(labels, scores.max) };
  } finally {
    detector.dispose();
  }
}
