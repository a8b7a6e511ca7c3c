import type { Size } from '@utad/core';
import { DatasetError } from '../errors';

/** Height and width of CIFAR-10's images. */
export const CIFAR10_SIZE: Size = [32, 32];

const CLASSES = 10;
const PLANE = CIFAR10_SIZE[0] * CIFAR10_SIZE[1];
const RECORD = 1 + 3 * PLANE;

/** A batch of CIFAR-10's binary version. */
export interface Cifar10Batch {
  /** Images in the batch. */
  readonly count: number;
  /** The class of each image, 0 to 9. */
  readonly labels: Uint8Array;
  /** An image as RGB, row by row, channels last: `32 * 32 * 3` bytes, copied. */
  image(index: number): Uint8Array;
}

/**
 * Reads a batch of CIFAR-10's binary version: for each image a byte of label, then its red, its green and its blue plane,
 * row by row (https://www.cs.toronto.edu/~kriz/cifar.html).
 *
 * @param bytes The whole file. It is not copied.
 * @param name Names the file in errors.
 * @throws DatasetError `format` when it is empty or ends within an image, and for a label above 9.
 */
export function parseCifar10(bytes: Uint8Array, name: string): Cifar10Batch {
  const count = bytes.length / RECORD;
  if (count === 0 || !Number.isInteger(count)) {
    const message = `CIFAR-10: expected a whole number of records of ${RECORD} bytes in ${name}, received ${bytes.length} bytes`;
    throw new DatasetError('format', message);
  }
  const labels = Uint8Array.from({ length: count }, (_, index) => bytes[index * RECORD] ?? 0);
  const at = labels.findIndex((label) => label >= CLASSES);
  if (at >= 0) {
    const message = `CIFAR-10: expected labels from 0 to ${CLASSES - 1} in ${name}, received ${labels[at]} in record ${at}`;
    throw new DatasetError('format', message);
  }
  return {
    count,
    labels,
    image(index) {
      if (!Number.isInteger(index) || index < 0 || index >= count) {
        throw new RangeError(`image: expected an index below ${count}, received ${index}`);
      }
      const planes = bytes.subarray(index * RECORD + 1, (index + 1) * RECORD);
      const pixels = new Uint8Array(3 * PLANE);
      for (let pixel = 0; pixel < PLANE; pixel++) {
        for (let channel = 0; channel < 3; channel++) {
          pixels[pixel * 3 + channel] = planes[channel * PLANE + pixel] ?? 0;
        }
      }
      return pixels;
    },
  };
}
