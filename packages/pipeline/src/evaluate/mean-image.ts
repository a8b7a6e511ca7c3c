import { type Dataset, everyIndex, type ImageRecord, type Size } from '@utad/core';
import { rocAuc } from '@utad/eval';

/**
 * The plainest of all detectors: the score of an image is its mean absolute distance to the mean training image. A data set on
 * which it does well says little about a better one.
 */
export class MeanImage {
  private size: Size | undefined;
  private sum = new Float64Array();
  private count = 0;
  private mean: Float64Array | undefined;

  /** @throws RangeError when images differ in size. */
  add(record: ImageRecord): void {
    if (this.size === undefined) {
      this.size = record.size;
      this.sum = new Float64Array(record.size[0] * record.size[1] * 3);
    }
    this.checkSize(record);
    const { image, channels } = record;
    const { sum } = this;
    for (let index = 0; index < sum.length; index++) {
      sum[index] = (sum[index] ?? 0) + (image[rgbIndex(index, channels)] ?? 0);
    }
    this.count += 1;
    this.mean = undefined;
  }

  /**
   * Mean absolute distance in grey levels; higher is more anomalous.
   *
   * @throws RangeError when the image is of another size.
   */
  distanceOf(record: ImageRecord): number {
    this.checkSize(record);
    this.mean ??= this.sum.map((value) => value / this.count);
    const { image, channels } = record;
    let distance = 0;
    for (let index = 0; index < this.mean.length; index++) {
      distance += Math.abs((image[rgbIndex(index, channels)] ?? 0) - (this.mean[index] ?? 0));
    }
    return distance / this.mean.length;
  }

  private checkSize({ id, size }: ImageRecord): void {
    const expected = this.size ?? size;
    if (size[0] === expected[0] && size[1] === expected[1]) return;
    throw new RangeError(
      `meanImageAuroc: expected ${id} to be ${expected.join('x')}, received ${size.join('x')}`,
    );
  }
}

/**
 * How well {@link MeanImage} does.
 *
 * @returns Image AUROC in [0, 1].
 * @throws RangeError when images differ in size.
 * @throws MetricError when the test set has images of one class only.
 */
export async function meanImageAuroc(training: Dataset, test: Dataset): Promise<number> {
  const mean = new MeanImage();
  for await (const record of training.records(everyIndex(training))) mean.add(record);
  const labels: number[] = [];
  const scores: number[] = [];
  for await (const record of test.records(everyIndex(test))) {
    labels.push(record.label);
    scores.push(mean.distanceOf(record));
  }
  return rocAuc(labels, scores);
}

/** Where a record has the byte that three channels would have at `index`: grey stands for all three. */
export function rgbIndex(index: number, channels: 1 | 3): number {
  return channels === 3 ? index : Math.floor(index / 3);
}
