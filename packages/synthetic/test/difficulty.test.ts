import type { ImageRecord } from '@utad/core';
import { SYNTHETIC_CATEGORIES, SYNTHETIC_PRODUCTS, synthesize } from '@utad/synthetic';
import { beforeAll, describe, expect, it } from 'vitest';
import { recordsOf } from './photos/photographs';

/** The share of pairs of a good and a bad score that are in order, a tie counting half. */
function auroc(good: readonly number[], bad: readonly number[]): number {
  let inOrder = 0;
  for (const low of good) for (const high of bad) inOrder += high > low ? 1 : high === low ? 0.5 : 0;
  return inOrder / (good.length * bad.length);
}

function meanImage(images: readonly Uint8Array[]): Float64Array {
  const sum = new Float64Array(images[0]?.length ?? 0);
  for (const image of images)
    for (const [index, value] of image.entries()) sum[index] = (sum[index] ?? 0) + value;
  return sum.map((value) => value / images.length);
}

function distance(image: Uint8Array, other: Float64Array): number {
  return image.reduce((sum, value, index) => sum + Math.abs(value - (other[index] ?? 0)), 0) / image.length;
}

/** How much each changes its pixels at least, and all of a kind on average, on [0, 1]. */
const CONTRASTS: Readonly<Record<string, readonly [each: number, mean: number]>> = {
  deformation: [0.1, 0.14],
  misprint: [0.17, 0.2],
};

describe.each(SYNTHETIC_CATEGORIES)('the synthetic %s at 64x64 and seed 0', (category) => {
  let train: ImageRecord[] = [];
  let test: ImageRecord[] = [];
  beforeAll(async () => {
    train = await recordsOf(synthesize({ category, split: 'train', count: 60 }));
    test = await recordsOf(synthesize({ category, split: 'test', count: 60, defective: 12 }));
  });

  it('does not give its defects away: the distance to the mean training image has an AUROC of 0.5 to 0.76', () => {
    const typical = meanImage(train.map(({ image }) => image));
    const scores = (label: 0 | 1) =>
      test.filter((record) => record.label === label).map(({ image }) => distance(image, typical));
    const found = auroc(scores(0), scores(1));
    expect(found).toBeLessThan(0.76);
    // Below one half, the good images would be the conspicuous ones.
    expect(found).toBeGreaterThan(0.5);
  });

  it.each(SYNTHETIC_PRODUCTS[category].defects)(
    'shows each %s: 1 to 8 percent of the image, plain to see in each, by a quarter of the range on average or as it says',
    (kind) => {
      const [each, mean] = CONTRASTS[kind] ?? [0.2, 0.25];
      const shares: number[] = [];
      const contrasts: number[] = [];
      for (const { image, mask = new Uint8Array(), cleanTwin } of test.filter(
        (record) => record.defectType === kind,
      )) {
        const pixels = mask.reduce((sum, value) => sum + value, 0);
        let change = 0;
        for (const [index, value] of image.entries())
          change += Math.abs(value - (cleanTwin?.[index] ?? 0)) / 255;
        shares.push(pixels / mask.length);
        contrasts.push(change / (3 * pixels));
      }
      expect(shares).toHaveLength(12);
      expect(Math.min(...shares)).toBeGreaterThan(0.01);
      expect(Math.max(...shares)).toBeLessThan(0.08);
      expect(Math.min(...contrasts)).toBeGreaterThan(each);
      expect(contrasts.reduce((sum, one) => sum + one, 0) / 12).toBeGreaterThan(mean);
    },
  );
});
