import { rocAuc } from '@utad/eval';
import type { TrainingData } from '@utad/training';

/**
 * How well the plainest of all detectors does: the score of an image is its mean absolute distance to the mean training
 * image. A data set on which it does well says little about a better one.
 *
 * @returns Image AUROC in [0, 1].
 * @throws RangeError when images differ in size or channels.
 * @throws MetricError when the test set has images of one class only.
 */
export async function meanImageAuroc(training: TrainingData, test: TrainingData): Promise<number> {
  let sum: Float64Array | undefined;
  for await (const { id, image } of training.records(everyIndex(training))) {
    sum ??= new Float64Array(image.length);
    checkLength(id, image, sum.length);
    for (const [index, byte] of image.entries()) sum[index] = (sum[index] ?? 0) + byte;
  }
  const mean = sum?.map((value) => value / training.count) ?? new Float64Array();
  const labels: number[] = [];
  const scores: number[] = [];
  for await (const { id, image, label } of test.records(everyIndex(test))) {
    checkLength(id, image, mean.length);
    let distance = 0;
    for (const [index, byte] of image.entries()) distance += Math.abs(byte - (mean[index] ?? 0));
    labels.push(label);
    scores.push(distance / image.length);
  }
  return rocAuc(labels, scores);
}

function checkLength(id: string, image: Uint8Array, expected: number): void {
  if (image.length !== expected) {
    throw new RangeError(
      `meanImageAuroc: expected ${id} to have ${expected} bytes, received ${image.length}`,
    );
  }
}

function everyIndex({ count }: TrainingData): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
