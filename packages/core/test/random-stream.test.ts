import { randomStream, shuffledIndices } from '@utad/core';
import { describe, expect, it } from 'vitest';

describe('randomStream', () => {
  it('gives the recorded numbers of a key, on any machine', () => {
    const random = randomStream('washer/0');
    const drawn = [random.uniform(0, 1), random.integer(0, 255), random.noise()];
    expect(drawn).toEqual([0.7736753825644873, 47, 1.7050005218718933]);
  });

  it('depends on its key alone, and neighbouring keys have nothing in common', () => {
    const tenOf = (key: string) => {
      const random = randomStream(key);
      return Array.from({ length: 10 }, () => random.uniform(-1, 1));
    };
    expect(tenOf('a/1')).toEqual(tenOf('a/1'));
    expect(new Set([...tenOf('a/1'), ...tenOf('a/2')]).size).toBe(20);
  });

  it('has noise of mean 0 and deviation 1', () => {
    const random = randomStream('noise');
    const values = Array.from({ length: 20_000 }, () => random.noise());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
    expect(Math.max(...values.map(Math.abs))).toBeLessThan(3.5);
  });
});

describe('shuffledIndices', () => {
  it('has every index once, in an order that the key decides', () => {
    const order = shuffledIndices(50, 'photos');
    expect(order.toSorted((a, b) => a - b)).toEqual([...Array(50).keys()]);
    expect(shuffledIndices(50, 'photos')).toEqual(order);
    expect(shuffledIndices(50, 'others')).not.toEqual(order);
    expect(shuffledIndices(0, 'photos')).toEqual([]);
  });
});
