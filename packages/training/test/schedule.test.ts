import { learningRateFactor } from '@utad/training';
import { expect, it } from 'vitest';

it('keeps the learning rate as it is when constant', () => {
  expect([0, 0.3, 1].map((progress) => learningRateFactor('constant', progress))).toEqual([1, 1, 1]);
});

it('takes it down along half a cosine wave', () => {
  const factors = [0, 1 / 3, 1 / 2, 2 / 3, 1].map((progress) => learningRateFactor('cosine', progress));
  // (1 + cos 60°) / 2 = 0.75
  for (const [index, expected] of [1, 0.75, 0.5, 0.25, 0].entries()) {
    expect(factors[index]).toBeCloseTo(expected, 12);
  }
});
