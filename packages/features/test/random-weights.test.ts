import { randomWeights, vgg19, weightsSha256 } from '@utad/features';
import { describe, expect, it } from 'vitest';
import { layerTable } from './reference';

describe('randomWeights', () => {
  it('is the same for a seed everywhere and for ever, so that results can name it', () => {
    const weights = randomWeights(vgg19, 0);
    expect(weights.name).toBe('random (seed 0)');
    expect(weights.sha256).toBe('469efa0664ac5fe0d71fa75bd71cdccf0bd243fce63cbb9627c8b2f59e0c6b58');
    expect(weightsSha256(vgg19, weights.tensors)).toBe(weights.sha256);
  });

  it('differs between seeds', () => {
    expect(randomWeights(vgg19, 1).sha256).not.toBe(randomWeights(vgg19, 2).sha256);
  });

  it('is normal with the deviation of He and biases of zero', () => {
    const { tensors } = randomWeights(vgg19, 3);
    for (const [name, inputs, filters] of layerTable) {
      const kernel = tensors[`${name}/kernel`];
      expect(kernel?.shape).toEqual([3, 3, inputs, filters]);
      const scaled = [...(kernel?.data ?? [])].map((v) => v / Math.sqrt(2 / (9 * inputs)));
      const moment = (power: number) => scaled.reduce((sum, v) => sum + v ** power, 0) / scaled.length;
      // Four standard errors of each moment of n normal numbers.
      const tolerance = 4 / Math.sqrt(9 * inputs * filters);
      expect(Math.abs(moment(1))).toBeLessThan(tolerance);
      expect(Math.abs(moment(2) - 1)).toBeLessThan(tolerance * Math.sqrt(2));
      expect(Math.abs(moment(4) - 3)).toBeLessThan(tolerance * Math.sqrt(96));
      expect([...(tensors[`${name}/bias`]?.data ?? [])]).toEqual(new Array(filters).fill(0));
    }
  });

  it('refuses seeds that are no integers in [0, 2^32)', () => {
    for (const seed of [-1, 0.5, 2 ** 32, Number.NaN]) {
      expect(() => randomWeights(vgg19, seed)).toThrow(`received ${seed}`);
    }
  });
});
