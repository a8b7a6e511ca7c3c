import * as tf from '@tensorflow/tfjs';
import type { Dataset, ImageRecord, Size } from '@utad/core';
import { fitThresholds } from '@utad/detector';
import { MetricError } from '@utad/eval';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dataOf } from '../../../scripts/testing/records';
import { FakeDetector } from './fake-detector';

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

/** Grey images of these bytes each. */
function greys(size: Size, ...images: number[][]): Dataset {
  return dataOf(
    images.map((bytes, index): ImageRecord => {
      return {
        id: `${index}`,
        label: 0,
        defectType: 'good',
        image: Uint8Array.from(bytes),
        size,
        channels: 1,
      };
    }),
  );
}

it('are the 0.95 quantile of scores and the 0.999 quantile of pixels', async () => {
  // Scores are 0, 12, ... 240 of 255: place 0.95 * 20 = 19, and place 0.999 * 20 = 19.98 of the pixels.
  const detector = new FakeDetector();
  const heldOut = greys([1, 1], ...Array.from({ length: 21 }, (_, index) => [12 * index]));
  const thresholds = await fitThresholds(detector, heldOut, { batchSize: 4 });
  detector.dispose();
  expect(thresholds.images).toBe(21);
  expect(thresholds.image).toBeCloseTo((12 * 19) / 255, 6);
  expect(thresholds.pixel).toBeCloseTo((12 * 19.98) / 255, 6);
});

it('follow the detector’s own score, and every pixel of every map', async () => {
  const images = [
    [0, 51],
    [102, 255],
  ];
  const fit = async (reduction: 'mean' | 'max') => {
    const detector = new FakeDetector({ inputSize: [1, 2], reduction });
    const thresholds = await fitThresholds(detector, greys([1, 2], ...images));
    detector.dispose();
    return thresholds;
  };
  // Means 0.1 and 0.7, maxima 0.2 and 1; pixels 0, 0.2, 0.4, 1 and place 0.999 * 3 = 2.997 of them.
  const [mean, max] = [await fit('mean'), await fit('max')];
  expect(mean.image).toBeCloseTo(0.1 + 0.95 * 0.6, 6);
  expect(max.image).toBeCloseTo(0.2 + 0.95 * 0.8, 6);
  expect(mean.pixel).toBeCloseTo(0.4 + 0.997 * 0.6, 6);
  expect(max.pixel).toBe(mean.pixel);
});

it('cannot be fitted on nothing', async () => {
  const detector = new FakeDetector();
  await expect(fitThresholds(detector, greys([1, 1]))).rejects.toBeInstanceOf(MetricError);
  detector.dispose();
});

it('leave no tensor behind when a prediction fails', async () => {
  const detector = new FakeDetector();
  detector.predict = () => Promise.reject(new Error('no prediction'));
  await expect(fitThresholds(detector, greys([1, 1], [7]))).rejects.toThrow('no prediction');
  detector.dispose();
});
