import * as tf from '@tensorflow/tfjs';
import type { Dataset, ImageRecord, Size } from '@utad/core';
import type { Images } from '@utad/layers';

/** One batch of images with the records they came from. The reader disposes of `images`. */
export interface Batch {
  /** `[B, H, W, 3]`, in [0, 1]. */
  readonly images: Images;
  /** In the order of the images. */
  readonly records: readonly ImageRecord[];
}

/**
 * Stacks decoded images into one tensor; grey is repeated over the three channels.
 *
 * @returns `[B, H, W, 3]`, in [0, 1].
 * @throws RangeError when an image is not of this size: networks are built for one, and resizing is the loader's.
 */
export function toImages(records: readonly ImageRecord[], size: Size): Images {
  return stack(records, size, new Float32Array(records.length * size[0] * size[1] * 3));
}

/**
 * {@link toImages} by way of memory that is free again afterwards: as numbers from 0 to 255, in which the backend copies
 * them, and which it divides, in a fifth of the time that a loop takes here. Grey is one channel until then.
 */
function stack(records: readonly ImageRecord[], [height, width]: Size, scratch: Float32Array): Images {
  const channels = records.every((record) => record.channels === 1) ? 1 : 3;
  const length = height * width * channels;
  const values = scratch.subarray(0, records.length * length);
  for (const [index, record] of records.entries()) {
    const { id, image, size } = record;
    if (size[0] !== height || size[1] !== width || image.length !== height * width * record.channels) {
      const message = `toImages: expected ${id} to be ${height}x${width}, received ${size[0]}x${size[1]} (${image.length} bytes)`;
      throw new RangeError(message);
    }
    if (record.channels === channels) values.set(image, index * length);
    else repeatGrey(image, values, index * length);
  }
  return tf.tidy(() => {
    const images: Images = tf.div(tf.tensor4d(values, [records.length, height, width, channels]), 255);
    return channels === 3 ? images : tf.tile(images, [1, 1, 1, 3]);
  });
}

function repeatGrey(grey: Uint8Array, values: Float32Array, offset: number): void {
  let next = offset;
  for (let index = 0; index < grey.length; index++) {
    const value = grey[index] ?? 0;
    values[next++] = value;
    values[next++] = value;
    values[next++] = value;
  }
}

/**
 * Reads a dataset in batches, in the order given.
 *
 * @param options A last batch of fewer than `smallestBatch` images is dropped; default 1.
 */
export async function* readBatches(
  data: Dataset,
  { order, batchSize, size, smallestBatch = 1, pass = 0 }: BatchOptions,
): AsyncGenerator<Batch> {
  let pending: ImageRecord[] = [];
  const scratch = new Float32Array(Math.min(batchSize, order.length) * size[0] * size[1] * 3);
  for await (const record of data.records(order, pass)) {
    pending.push(record);
    if (pending.length === batchSize) {
      yield { images: stack(pending, size, scratch), records: pending };
      pending = [];
    }
  }
  if (pending.length >= Math.max(1, smallestBatch))
    yield { images: stack(pending, size, scratch), records: pending };
}

/** How {@link readBatches} cuts a dataset up. */
export interface BatchOptions {
  /** Indices of the records, in the order to read them. */
  readonly order: readonly number[];
  /** Images in each batch but the last. */
  readonly batchSize: number;
  /** Height and width that every image must have. */
  readonly size: Size;
  /** A last batch of fewer images is dropped. Default 1. */
  readonly smallestBatch?: number;
  /** Which pass over the data this is, for data that vary from one to the next. Default 0. */
  readonly pass?: number;
}

/** How many batches {@link readBatches} yields for so many images. */
export function batchCount(images: number, batchSize: number, smallestBatch = 1): number {
  const rest = images % batchSize;
  return Math.floor(images / batchSize) + (rest >= Math.max(1, smallestBatch) ? 1 : 0);
}
