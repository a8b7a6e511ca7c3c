import * as tf from '@tensorflow/tfjs';
import type { Dataset } from '@utad/core';
import { disposePrediction } from '@utad/detector';
import { TwoStage, type TwoStageOptions } from '@utad/two-stage';

/** Eight-bit pixels of images, and their number and size. */
export interface Pictures {
  readonly shape: readonly [count: number, height: number, width: number, channels: 3];
  readonly values: readonly number[];
}

/** The maps and scores of images, with a detector that the caller has. */
export async function predictAll(
  detector: TwoStage,
  { shape, values }: Pictures,
): Promise<{ maps: number[]; scores: number[] }> {
  const images = tf.tidy(() => tf.tensor4d([...values], [...shape]).div<tf.Tensor4D>(255));
  const prediction = detector.predict(images);
  const maps = [...(await prediction.anomalyMap.data())];
  const scores = [...(await prediction.score.data())];
  disposePrediction(prediction);
  images.dispose();
  return { maps, scores };
}

/** The losses of every epoch of a short training of a new detector. */
export async function lossesOf(
  config: unknown,
  options: TwoStageOptions,
  data: Dataset,
): Promise<number[][]> {
  const detector = new TwoStage(config, options);
  const { stages } = await detector.fit(data, { seed: 1 });
  detector.dispose();
  return stages.flatMap(({ epochs }) => epochs.map(({ losses }) => Object.values(losses)));
}
