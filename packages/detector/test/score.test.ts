import * as tf from '@tensorflow/tfjs';
import { normalizedScore, type Reduction, reduceMaps } from '@utad/detector';
import { reduceMap } from '@utad/detector/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('a reduction of maps', () => {
  // Two maps of four values.
  const values = Float32Array.of(1, 2, 3, 6, 0, 0, 0, 4);
  const inTheEngine = (reduction: Reduction) => {
    const [map] = [tf.tensor3d(values, [2, 2, 2])];
    const reduced = reduceMap(map, reduction);
    const read = [...reduced.dataSync()];
    tf.dispose([map, reduced]);
    return read;
  };

  it.each<[name: string, reduction: Reduction, expected: number[]]>([
    ['the mean', 'mean', [3, 1]],
    ['the maximum', 'max', [6, 4]],
    // Place 0.5 * 3 = 1.5 of the ascending values.
    ['a quantile', { quantile: 0.5 }, [2.5, 0]],
    ['the highest quantile', { quantile: 1 }, [6, 4]],
    ['the mean of the highest half', { highest: 0.5 }, [4.5, 2]],
    ['the mean of a share of less than one value', { highest: 0.01 }, [6, 4]],
  ])('is %s, in the engine as on plain data', (_, reduction, expected) => {
    const tensors = tf.memory().numTensors;
    expect([...reduceMaps(values, 2, reduction)]).toEqual(expected);
    expect(inTheEngine(reduction)).toEqual(expected);
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

describe('normalizedScore', () => {
  it('is 0 for no anomaly, one half at the threshold, and towards 1 beyond', () => {
    expect(normalizedScore(0, 5)).toBe(0);
    expect(normalizedScore(5, 5)).toBe(0.5);
    expect(normalizedScore(15, 5)).toBe(0.75);
    expect(normalizedScore(0, 0)).toBe(0.5);
    expect(normalizedScore(1, 0)).toBe(1);
  });

  it('keeps the order of scores that differ in their last digit', () => {
    expect(normalizedScore(999999.9999999973, 38931.0130478206)).toBeLessThanOrEqual(
      normalizedScore(999999.9999999974, 38931.0130478206),
    );
  });

  it('keeps the order of scores, and is one half or more where they reach the threshold, one half or less elsewhere', () => {
    const number = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(number, number, fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (a, b, threshold) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(normalizedScore(low, threshold)).toBeLessThanOrEqual(normalizedScore(high, threshold));
        expect(normalizedScore(a, threshold)).toBeLessThanOrEqual(1);
        if (a >= threshold) expect(normalizedScore(a, threshold)).toBeGreaterThanOrEqual(0.5);
        else expect(normalizedScore(a, threshold)).toBeLessThanOrEqual(0.5);
      }),
    );
  });
});
