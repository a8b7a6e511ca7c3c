import { type Dataset, everyIndex, type ImageRecord, type Size } from '@utad/core';
import { rocAuc } from '@utad/eval';
import { rgbIndex } from './rgb-index';

/**
 * How well the plainest of all detectors does: the score of an image is its mean absolute distance to the mean training
 * image. A data set on which it does well says little about a better one.
 *
 * @returns Image AUROC in [0, 1].
 * @throws RangeError when images differ in size.
 * @throws MetricError when the test set has images of one class only.
 */
export async function meanImageAuroc(training: Dataset, test: Dataset): Promise<number> {
  let size: Size | undefined;
  let sum = new Float64Array();
  for await (const record of training.records(everyIndex(training))) {
    if (size === undefined) sum = new Float64Array(record.size[0] * record.size[1] * 3);
    size ??= record.size;
    checkSize(record, size);
    const { image, channels } = record;
    for (const index of sum.keys()) sum[index] = (sum[index] ?? 0) + (image[rgbIndex(index, channels)] ?? 0);
  }
  const mean = sum.map((value) => value / training.count);
  const labels: number[] = [];
  const scores: number[] = [];
  for await (const record of test.records(everyIndex(test))) {
    checkSize(record, size ?? record.size);
    const { image, channels, label } = record;
    let distance = 0;
    for (const [index, value] of mean.entries()) {
      distance += Math.abs((image[rgbIndex(index, channels)] ?? 0) - value);
    }
    labels.push(label);
    scores.push(distance / mean.length);
  }
  return rocAuc(labels, scores);
}

function checkSize({ id, size }: ImageRecord, expected: Size): void {
  if (size[0] === expected[0] && size[1] === expected[1]) return;
  throw new RangeError(
    `meanImageAuroc: expected ${id} to be ${expected.join('x')}, received ${size.join('x')}`,
  );
}
