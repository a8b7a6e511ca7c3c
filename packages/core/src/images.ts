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
