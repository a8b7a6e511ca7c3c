import * as tf from '@tensorflow/tfjs';
import type { ImageRecord, Images, Size, TrainingData } from './data';

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
export function toImages(records: readonly ImageRecord[], [height, width]: Size): Images {
  const values = new Float32Array(records.length * height * width * 3);
  let offset = 0;
  for (const { id, image, size, channels } of records) {
    if (size[0] !== height || size[1] !== width || image.length !== height * width * channels) {
      throw new RangeError(
        `toImages: expected ${id} to be ${height}x${width}, received ${size[0]}x${size[1]} (${image.length} bytes)`,
      );
    }
    if (channels === 3) {
      for (const byte of image) values[offset++] = byte / 255;
    } else {
      for (const byte of image) {
        values.fill(byte / 255, offset, offset + 3);
        offset += 3;
      }
    }
  }
  return tf.tensor4d(values, [records.length, height, width, 3]);
}

/**
 * Reads a dataset in batches, in the order given.
 *
 * @param options A last batch of fewer than `smallestBatch` images is dropped; default 1.
 */
export async function* readBatches(
  data: TrainingData,
  { order, batchSize, size, smallestBatch = 1 }: BatchOptions,
): AsyncGenerator<Batch> {
  let pending: ImageRecord[] = [];
  for await (const record of data.records(order)) {
    pending.push(record);
    if (pending.length === batchSize) {
      yield { images: toImages(pending, size), records: pending };
      pending = [];
    }
  }
  if (pending.length >= Math.max(1, smallestBatch))
    yield { images: toImages(pending, size), records: pending };
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
}

/** How many batches {@link readBatches} yields for so many images. */
export function batchCount(images: number, batchSize: number, smallestBatch = 1): number {
  const rest = images % batchSize;
  return Math.floor(images / batchSize) + (rest >= Math.max(1, smallestBatch) ? 1 : 0);
}
