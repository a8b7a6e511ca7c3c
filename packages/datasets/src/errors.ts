/** The known ways in which a dataset fails; see {@link DatasetError}. */
export type DatasetErrorCode =
  /** The root folder does not exist or is no folder. */
  | 'root-missing'
  /** The category is not among those found. */
  | 'category-unknown'
  /** The folder of the asked split, such as `train/good`, does not exist. */
  | 'split-missing'
  /** Which folders hold good images, and which defects, is not clear. */
  | 'ambiguous'
  /** There is nothing left to read: no image at all, or every one of them was skipped. */
  | 'empty'
  /** A defective image has no mask where others have one. */
  | 'mask-missing'
  /** A mask lies where no image is, or at a good image. */
  | 'mask-without-image'
  /** The mask of a defective image marks nothing. */
  | 'mask-empty'
  /** A mask or clean twin does not fit its image. */
  | 'size-mismatch'
  /** The bytes of a file are not what its format says. */
  | 'format'
  /** A line of a manifest or of recorded splits cannot be used. */
  | 'manifest'
  /** Two splits hold the same image. */
  | 'duplicate'
  /** The system does not let a file or folder be read. */
  | 'unreadable'
  /** A file is no longer what it was when the dataset was opened. */
  | 'changed'
  /** An output folder is in the way. */
  | 'exists'
  /** An option or an index is out of its range. */
  | 'invalid-option';

/** A dataset cannot be opened, read or written. One line; `code` says which of the known ways it failed. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError';

  constructor(
    /** Which of the known ways, for code to branch on. */
    readonly code: DatasetErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** One file is no readable image. */
export class ImageError extends Error {
  override readonly name = 'ImageError';

  constructor(
    /** The file, or `<bytes>` where there was none. */
    readonly path: string,
    /** What came instead of an image, such as `0 bytes`. */
    readonly reason: string,
    options?: { cause?: unknown },
  ) {
    super(`image: expected a readable PNG, JPEG, WebP, TIFF or BMP, received ${reason} in ${path}`, options);
  }
}

/** @throws DatasetError `invalid-option` unless a value is a whole number in a range. */
export function checkWhole(name: string, value: number, least: number, most?: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= (most ?? value)) return;
  const range = most === undefined ? `${least}` : `${least} to ${most}`;
  const message = `${name}: expected a whole number from ${range}, received ${value}`;
  throw new DatasetError('invalid-option', message);
}

/** The error of a bad image, to be told; any other is thrown. */
export function asImageError(error: unknown): ImageError {
  if (error instanceof ImageError) return error;
  throw error;
}
