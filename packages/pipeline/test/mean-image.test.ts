import type { ImageRecord } from '@utad/core';
import { MetricError } from '@utad/eval';
import { meanImageAuroc } from '@utad/pipeline';
import { expect, it } from 'vitest';
import { dataOf } from '../../../scripts/testing/records';

function image(bytes: number[], label: 0 | 1 = 0): ImageRecord {
  const size = [1, bytes.length] as const;
  return { id: 'an image', label, defectType: '', image: Uint8Array.from(bytes), size, channels: 1 };
}

/** Their mean is 10, 20. */
const training = dataOf([image([0, 10]), image([20, 30])]);

it('ranks by the mean absolute distance to the mean training image, by hand', async () => {
  // Distances: 0 and 15 for good, 5 and 20 for anomalous: three of four pairs in order.
  const test = dataOf([image([10, 20]), image([10, 50]), image([0, 20], 1), image([30, 40], 1)]);
  expect(await meanImageAuroc(training, test)).toBe(0.75);
});

it('counts a tie as half', async () => {
  expect(await meanImageAuroc(training, dataOf([image([15, 20]), image([10, 15], 1)]))).toBe(0.5);
});

it('is not defined for one class', async () => {
  await expect(meanImageAuroc(training, dataOf([image([0, 0])]))).rejects.toBeInstanceOf(MetricError);
});

it('refuses images of several sizes', async () => {
  const test = dataOf([image([10, 20]), image([1, 2, 3], 1)]);
  await expect(meanImageAuroc(training, test)).rejects.toThrow(
    'meanImageAuroc: expected an image to be 1x2, received 1x3',
  );
});

it('takes grey for the colour that it is', async () => {
  const inColour = (record: ImageRecord): ImageRecord => ({
    ...record,
    image: Uint8Array.from([...record.image].flatMap((grey) => [grey, grey, grey])),
    channels: 3,
  });
  const test = dataOf([
    image([10, 20]),
    inColour(image([10, 50])),
    image([0, 20], 1),
    inColour(image([30, 40], 1)),
  ]);
  expect(await meanImageAuroc(training, test)).toBe(0.75);
});
