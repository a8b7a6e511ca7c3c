import { MetricError, quantile, quantileExceedance } from '@utad/eval';
import { expect, it } from 'vitest';

it('is half for one sample, and comes near 1 - q for many', () => {
  // P(all of N new places are below s) = (1 - s)^N of the largest: 1 - 0.05 for one.
  expect(quantileExceedance(1, 0.95).expected).toBe(0.5);
  expect(quantileExceedance(1, 0.95).upper).toBeCloseTo(0.95, 9);
  // Place 9.5 of 11: (11 - 9.5) / 12.
  expect(quantileExceedance(11, 0.95).expected).toBeCloseTo(0.125, 9);
  const many = quantileExceedance(100_000, 0.95);
  expect(many.expected).toBeCloseTo(0.05, 4);
  expect(many.upper).toBeCloseTo(0.0511, 3);
});

it('knows the smallest and the largest', () => {
  // Of two: the largest is exceeded by s with (1 - s)^2 = 0.05, the smallest with 1 - s^2 = 0.05.
  expect(quantileExceedance(2, 1)).toEqual({
    expected: 1 / 3,
    upper: expect.closeTo(1 - Math.sqrt(0.05), 9),
  });
  expect(quantileExceedance(2, 0)).toEqual({ expected: 2 / 3, upper: expect.closeTo(Math.sqrt(0.95), 9) });
});

it('is what drawing shows', () => {
  let state = 1;
  const random = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  // Of uniform numbers the share above a threshold is 1 - threshold.
  const shares = Array.from({ length: 4000 }, () => 1 - quantile(Array.from({ length: 5 }, random), 0.95));
  const { expected, upper } = quantileExceedance(5, 0.95);
  expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeCloseTo(expected, 2);
  expect(shares.filter((share) => share <= upper).length / shares.length).toBeGreaterThan(0.94);
});

it.each([0, 1.5, Number.NaN])('refuses %d samples', (count) => {
  expect(() => quantileExceedance(count, 0.95)).toThrow(MetricError);
});
