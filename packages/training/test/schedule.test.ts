import { learningRateFactor } from '@utad/training';
import { expect, it } from 'vitest';

const steps = 12;

it('keeps the learning rate as it is when constant', () => {
  expect([0, 4, 12].map((step) => learningRateFactor(step, { steps }))).toEqual([1, 1, 1]);
});

it('takes it down along half a cosine wave', () => {
  const factors = [0, 4, 6, 8, 12].map((step) => learningRateFactor(step, { steps, schedule: 'cosine' }));
  // (1 + cos 60°) / 2 = 0.75
  for (const [index, expected] of [1, 0.75, 0.5, 0.25, 0].entries()) {
    expect(factors[index]).toBeCloseTo(expected, 12);
  }
});

it('rises evenly over the steps of a warm-up, to what the schedule has there', () => {
  const factor = (schedule: 'constant' | 'cosine') => (step: number) =>
    learningRateFactor(step, { steps, schedule, warmUpSteps: 4 });
  expect([0, 1, 2, 3, 4].map(factor('constant'))).toEqual([0.25, 0.5, 0.75, 1, 1]);
  expect(factor('cosine')(0)).toBe(0.25);
  expect(factor('cosine')(4)).toBeCloseTo(0.75, 12);
});
