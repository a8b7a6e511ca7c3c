import type { Size } from '@utad/core';
import { countMaps } from './checks';
import { CompensatedSum } from './compensated-sum';
import { countAt } from './confusion-at';

/** Intersection over union of each image, and their mean. */
export interface IouPerImage {
  /** `[B]`, each in [0, 1], higher is better; `null` for an image without an anomalous and without a found pixel. */
  readonly images: readonly (number | null)[];
  /** Over the images that have one; `null` when none has. */
  readonly mean: number | null;
}

/**
 * Intersection over union of each image by itself, at `score >= threshold`.
 *
 * A large defect decides the pooled {@link iouAt}; here each image weighs the same. A good image in which nothing is
 * found has no IoU; one in which something is found has 0, so that false alarms count.
 *
 * @param groundTruth - `[B * H * W]`, 0 good, 1 anomalous: whole masks one after the other.
 * @param scores - `[B * H * W]`, finite, higher is more anomalous.
 * @param size - `[H, W]` of each map.
 * @param threshold - In the units of the scores; may be infinite.
 * @throws {@link MetricError} `length`, `label`, `not-finite` or `range` for data that are wrong.
 *
 * @example
 * ```ts
 * iouPerImageAt([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.8], [1, 2], 0.5); // { images: [null, 0.5], mean: 0.5 }
 * ```
 */
export function iouPerImageAt(
  groundTruth: ArrayLike<number>,
  scores: ArrayLike<number>,
  size: Size,
  threshold: number,
): IouPerImage {
  // What is wrong anywhere is found before anything is measured.
  countAt(groundTruth, scores, threshold, 'iouPerImageAt', 'ground truth pixels');
  const images = Array.from({ length: countMaps(scores.length, size, 'iouPerImageAt') }, (_, image) => {
    const end = (image + 1) * size[0] * size[1];
    let both = 0;
    let either = 0;
    for (let i = image * size[0] * size[1]; i < end; i++) {
      const actual = groundTruth[i] === 1;
      const found = (scores[i] ?? Number.NaN) >= threshold;
      if (actual && found) both++;
      if (actual || found) either++;
    }
    return either === 0 ? null : both / either;
  });
  const defined = images.filter((iou) => iou !== null);
  const sum = new CompensatedSum();
  for (const iou of defined) sum.add(iou);
  return { images, mean: defined.length === 0 ? null : sum.value / defined.length };
}
