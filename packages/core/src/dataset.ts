import { deriveSeed, permutation } from './random-stream';

/** One decoded image with what is known of it. Plain data, no tensors, so it crosses threads and outlives backends. */
export interface ImageRecord {
  /** Unique in its dataset and stable between runs, such as `test/good/000.png`. */
  readonly id: string;
  /** Ground truth of the whole image: 0 good, 1 anomalous. */
  readonly label: 0 | 1;
  /** `good`, or the type of defect. */
  readonly defectType: string;
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
export interface Dataset {
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

/** The indices of all records, in order. */
export function everyIndex({ count }: Pick<Dataset, 'count'>): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** A view of some records of a dataset, by index. */
export function subset(data: Dataset, indices: readonly number[]): Dataset {
  return {
    count: indices.length,
    fingerprint: `${data.fingerprint}#${indices.join(',')}`,
    records: (order, pass) =>
      data.records(
        order.map((position) => at(indices, position)),
        pass,
      ),
  };
}

/**
 * Sets a share of the records aside, by seed: what training never sees, and thresholds are fitted on.
 *
 * @param options `fraction` is the share kept out, at least one record, default 0.1; `seed` says which, default 0.
 * @returns Both, and the indices in `data` that they come from.
 * @throws RangeError when fewer than two records are there to split.
 */
export function holdOut(
  data: Dataset,
  { fraction = 0.1, seed = 0 }: { fraction?: number; seed?: number } = {},
): {
  training: Dataset;
  heldOut: Dataset;
  indices: Readonly<Record<'training' | 'heldOut', readonly number[]>>;
} {
  if (data.count < 2) {
    throw new RangeError(`holdOut: expected at least 2 images to split, received ${data.count}`);
  }
  const order = permutation(data.count, deriveSeed(seed, 'hold-out'));
  const kept = Math.max(1, Math.round(data.count * fraction));
  const ascending = (a: number, b: number) => a - b;
  const indices = {
    training: order.slice(kept).sort(ascending),
    heldOut: order.slice(0, kept).sort(ascending),
  };
  return { training: subset(data, indices.training), heldOut: subset(data, indices.heldOut), indices };
}

function at(indices: readonly number[], position: number): number {
  const index = indices[position];
  if (index === undefined) {
    throw new RangeError(`subset: expected an index below ${indices.length}, received ${position}`);
  }
  return index;
}

/** Height and width in pixels, in that order. What has a size is stored row by row. */
export type Size = readonly [height: number, width: number];

/** A batch of colour images as plain data, which crosses threads. */
export interface ImageBatch {
  /** RGB, image by image, row by row, channels last: `B * H * W * 3` values from 0 to 255. */
  readonly data: Uint8Array;
  /** Number of images, height, width, 3. */
  readonly shape: readonly [batch: number, height: number, width: number, channels: 3];
}

/** A tensor as plain data, which crosses threads. */
export interface TensorData {
  /** Row by row: as many values as the product of `shape`. */
  readonly data: Float32Array;
  /** Length of each axis. */
  readonly shape: readonly number[];
}
