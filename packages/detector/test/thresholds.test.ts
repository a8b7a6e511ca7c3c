import * as tf from '@tensorflow/tfjs';
import type { Dataset, ImageRecord, Size } from '@utad/core';
import { fitThresholds } from '@utad/detector';
import { MetricError } from '@utad/eval';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

describe('warn', () => {
  const warningsOf = async (heldOut: number[], learned: number[] = []) => {
    const detector = new FakeDetector();
    const warnings: string[] = [];
    const thresholds = await fitThresholds(detector, greys([1, 1], ...heldOut.map((byte) => [byte])), {
      ...(learned.length > 0 && { learnedFrom: greys([1, 1], ...learned.map((byte) => [byte])) }),
      onWarning: (message) => warnings.push(message),
    });
    detector.dispose();
    return { warnings, thresholds };
  };

  it('of few images, with what their number can mean', async () => {
    const { warnings } = await warningsOf([51]);
    expect(warnings).toEqual([
      'The image threshold rests on 1 held-out good image: expect false alarms on about 50 % of good images, and by chance on up to about 95 %; more good images to train on make it firmer.',
    ]);
    const nineteen = Array.from({ length: 19 }, (_, index) => index);
    expect((await warningsOf(nineteen)).warnings).toEqual([
      expect.stringContaining(
        'on 19 held-out good images: expect false alarms on about 10 % of good images,',
      ),
    ]);
    expect((await warningsOf([...nineteen, 19], [0])).warnings).toEqual([]);
  });

  it('of scores that do not differ', async () => {
    const { warnings, thresholds } = await warningsOf([51, 51], [0]);
    expect(warnings).toHaveLength(2);
    expect(warnings[1]).toMatch(/^All 2 held-out images give the same score, 0\.2.*: nothing shows how much/);
    expect(thresholds.image).toBe(Math.fround(51 / 255));
  });

  it('of images that are all alike, and call these good', async () => {
    for (const byte of [0, 51]) {
      const { warnings, thresholds } = await warningsOf(
        [byte],
        Array.from({ length: 9 }, () => byte),
      );
      expect(warnings).toHaveLength(2);
      expect(warnings[1]).toMatch(/^Held-out and training images give the same score, 0.*anomalous/);
      const score = Math.fround(byte / 255);
      expect(thresholds.image).toBeGreaterThan(score);
      expect(thresholds.image - score).toBeLessThan(1e-7);
    }
  });

  it('of training images that reach it themselves', async () => {
    const { warnings, thresholds } = await warningsOf([51], [51, 60, 70]);
    expect(warnings[1]).toBe(
      'All 3 training images looked at reach the image threshold themselves: it is too low to tell good from anomalous.',
    );
    expect(thresholds.image).toBe(Math.fround(51 / 255));
    expect((await warningsOf([51], [50, 60, 70])).warnings).toHaveLength(1);
  });
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
