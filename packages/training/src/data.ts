import type * as tf from '@tensorflow/tfjs';

/** A batch of colour images: `[B, H, W, 3]`, float32, in [0, 1]. */
export type Images = tf.Tensor4D;

/** Height and width in pixels, in that order. */
export type Size = readonly [height: number, width: number];

/** One decoded image with what is known of it. Plain data, no tensors, so it crosses threads and outlives backends. */
export interface ImageRecord {
  /** Unique in its dataset and stable between runs, such as `test/good/000.png`. */
  readonly id: string;
  /** Ground truth of the whole image: 0 good, 1 anomalous. */
  readonly label: 0 | 1;
  /** `good`, or the type of defect. */
  readonly kind: string;
  /** Pixels, row by row, channels last: `H * W * channels` bytes. */
  readonly image: Uint8Array;
  /** Height and width of `image`. */
  readonly size: Size;
  /** 3 for RGB, 1 for grey. */
  readonly channels: 1 | 3;
  /** Ground truth of each pixel, row by row, a byte each: 0 good, 1 anomalous. Absent where it is not known. */
  readonly mask?: Uint8Array;
  /** Of `mask`, where it is not `size`: metrics want masks finer than the images that networks see. */
  readonly maskSize?: Size;
  /** The same scene without the defect, laid out as `image`. Only synthetic data can know it. */
  readonly cleanTwin?: Uint8Array;
}

/** A dataset that can be read in any order, so that a run can resume in the middle of an epoch. */
export interface TrainingData {
  /** Number of records; their indices run from 0. */
  readonly count: number;
  /** Hash of what the data are: ids, content and decoding settings. Equal data have equal fingerprints. */
  readonly fingerprint: string;
  /**
   * Yields the records at these indices, in this order; an index may come more than once.
   *
   * @param pass Which pass over the data this is, counted from 0, for data that vary from one to the next; the same number
   *   gives the same records. Training hands over the epoch; where there is none it is 0.
   */
  records(order: readonly number[], pass?: number): AsyncIterable<ImageRecord>;
}
