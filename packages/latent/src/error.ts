/** Why codes cannot be looked at; see {@link LatentError}. */
export type LatentErrorCode =
  /** No codes, or codes without numbers. */
  | 'empty'
  /** Codes of different lengths. */
  | 'shape'
  /** A number that is NaN or infinite. */
  | 'not-finite'
  /** Fewer codes than the method needs. */
  | 'too-few'
  /** A parameter outside its range. */
  | 'range';

/** Codes or parameters that make no sense, and which. */
export class LatentError extends Error {
  override readonly name = 'LatentError';
  /** Why, for code to branch on. */
  readonly code: LatentErrorCode;

  constructor(code: LatentErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
