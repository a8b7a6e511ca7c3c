import { type Dataset, everyIndex, type ImageBatch, type ImageRecord, type Size } from './dataset';
import { repeatGrey } from './resize';

/** One batch of a data set. */
export interface RecordBatch {
  /** The images of the records, in their order. */
  readonly images: ImageBatch;
  /** Those that the images are of, masks included. */
  readonly records: readonly ImageRecord[];
}

/** How {@link readImages} cuts a data set up. */
export interface ReadImagesOptions {
  /** Height and width that every image must have. */
  readonly size: Size;
  /** Indices of the records, in the order to read them. Default all of them. */
  readonly order?: readonly number[];
  /** Images in each batch but the last. Default 8. */
  readonly batchSize?: number;
}

/**
 * Images of records as one batch; grey is repeated over the three channels.
 *
 * @throws RangeError when an image is not of this size: resizing is the loader's.
 */
export function imageBatch(records: readonly ImageRecord[], [height, width]: Size): ImageBatch {
  const length = height * width * 3;
  const data = new Uint8Array(records.length * length);
  for (const [index, { id, image, size, channels }] of records.entries()) {
    if (size[0] !== height || size[1] !== width || image.length !== height * width * channels) {
      const message = `expected ${id} to be ${height}x${width}, received ${size[0]}x${size[1]} (${image.length} bytes)`;
      throw new RangeError(message);
    }
    data.set(channels === 3 ? image : repeatGrey(image), index * length);
  }
  return { data, shape: [records.length, height, width, 3] };
}

/**
 * Reads a data set in batches.
 *
 * @throws RangeError when an image is not of the size asked.
 */
export async function* readImages(
  data: Dataset,
  { size, order = everyIndex(data), batchSize = 8 }: ReadImagesOptions,
): AsyncGenerator<RecordBatch> {
  let records: ImageRecord[] = [];
  for await (const record of data.records(order)) {
    records.push(record);
    if (records.length < batchSize) continue;
    yield { images: imageBatch(records, size), records };
    records = [];
  }
  if (records.length > 0) yield { images: imageBatch(records, size), records };
}

/** What belongs to one image of a batch: a view, no copy. */
export function sliceOf<T extends Uint8Array | Float32Array>(values: T, index: number, batch: number): T;
export function sliceOf(values: Uint8Array | Float32Array, index: number, batch: number) {
  const length = values.length / batch;
  return values.subarray(index * length, (index + 1) * length);
}
