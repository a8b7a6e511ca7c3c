import * as tf from '@tensorflow/tfjs';
import { resizeNearest } from '@utad/core';
import { disposePrediction, normalizedScore, scoreOf } from '@utad/detector';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeDetector } from './fake-detector';

describe('scoreOf', () => {
  it('is the mean or the maximum of each map', () => {
    const map = tf.tensor3d([1, 2, 3, 6, 0, 0, 0, 4], [2, 2, 2]);
    const [mean, max] = [scoreOf(map, 'mean'), scoreOf(map, 'max')];
    expect([...mean.dataSync()]).toEqual([3, 1]);
    expect([...max.dataSync()]).toEqual([6, 4]);
    tf.dispose([map, mean, max]);
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

describe('resizeNearest', () => {
  const mask = (...values: number[]) => Uint8Array.from(values);

  it('repeats pixels on the way up', () => {
    expect([...resizeNearest(mask(0, 1), [1, 2], [2, 4])]).toEqual([0, 0, 1, 1, 0, 0, 1, 1]);
  });

  it('takes the pixel under each new centre on the way down', () => {
    // New centres lie at 0.5 * 4 / 2 = 1 and 3 of old columns 0 to 4: the second and the last pixel.
    expect([...resizeNearest(mask(0, 1, 0, 1), [1, 4], [1, 2])]).toEqual([1, 1]);
    // Of three columns to two: centres at 0.75 and 2.25.
    expect([...resizeNearest(mask(1, 0, 1), [1, 3], [1, 2])]).toEqual([1, 1]);
    expect([...resizeNearest(mask(0, 1, 0), [1, 3], [1, 2])]).toEqual([0, 0]);
  });

  it('tells rows from columns', () => {
    expect([...resizeNearest(mask(1, 0, 0, 0, 1, 0), [2, 3], [2, 3])]).toEqual([1, 0, 0, 0, 1, 0]);
    expect([...resizeNearest(mask(1, 0), [2, 1], [4, 2])]).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
  });
});

it('disposePrediction frees every tensor of a prediction', () => {
  const detector = new FakeDetector();
  const images = tf.zeros<tf.Rank.R4>([2, 1, 1, 3]);
  const before = tf.memory().numTensors;
  const prediction = detector.predict(images);
  expect(tf.memory().numTensors).toBe(before + 5);
  disposePrediction(prediction);
  expect(tf.memory().numTensors).toBe(before);
  images.dispose();
  detector.dispose();
});
