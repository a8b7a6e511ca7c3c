/** What is wrong with an image that was handed in. */
export type InputImageProblem =
  /** It is nothing that an image can be made of. */
  | 'kind'
  /** Its sides or channels, or the number of its values, are no image's. */
  | 'shape'
  /** A tensor of other numbers than float32. */
  | 'dtype'
  /** A value outside [0, 1], or not a number. */
  | 'range'
  /** The browser does not give its pixels: it did not load, or comes from another origin without CORS. */
  | 'unreadable';

/** An image that can't be used as input. `problem` is for code, `message` for people. */
export class InputImageError extends Error {
  override readonly name = 'InputImageError';

  constructor(
    /** What is wrong. */
    readonly problem: InputImageProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
