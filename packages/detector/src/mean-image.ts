import { rocAuc } from '@utad/eval';
import type { TrainingData } from '@utad/training';

/**
 * How well the plainest of all detectors does: the score of an image is its mean absolute distance to the mean training
 * image. A data set on which it does well says little about a better one.
 *
 * @returns Image AUROC in [0, 1].
 */
export async function meanImageAuroc(training: TrainingData, test: TrainingData): Promise<number> {
  let sum: Float64Array | undefined;
  for await (const { image } of training.records(everyIndex(training))) {
    sum ??= new Float64Array(image.length);
    for (const [index, byte] of image.entries()) sum[index] = (sum[index] ?? 0) + byte;
  }
  const mean = sum?.map((value) => value / training.count) ?? new Float64Array();
  const labels: number[] = [];
  const scores: number[] = [];
  for await (const { image, label } of test.records(everyIndex(test))) {
    let distance = 0;
    for (const [index, byte] of image.entries()) distance += Math.abs(byte - (mean[index] ?? 0));
    labels.push(label);
    scores.push(distance / image.length);
  }
  return rocAuc(labels, scores);
}

function everyIndex({ count }: TrainingData): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
