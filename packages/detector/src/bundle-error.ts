/** Which check of a bundle failed. */
export type BundleErrorCode =
  /** A file is not there. */
  | 'missing'
  /** Another version of the format. */
  | 'version'
  /** `utad.json` is not what it should be. */
  | 'manifest'
  /** A file was changed. */
  | 'hash'
  /** A file has another size than it should have. */
  | 'size'
  /** A detector of no kind that was given. */
  | 'kind'
  /** What was learned cannot be read, or does not fit the detector. */
  | 'state'
  /** Something that it was made with, such as pretrained weights, is missing or another. */
  | 'asset';

/** A bundle that can't be used. */
export class BundleError extends Error {
  override readonly name = 'BundleError';

  constructor(
    /** The check that failed. */
    readonly code: BundleErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
