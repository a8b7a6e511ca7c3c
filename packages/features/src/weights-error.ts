import type { Backbone } from './backbone';

/** What is wrong with weights. */
export type WeightsErrorCode =
  /** A manifest, a header or its JSON is not what it should be. */
  | 'malformed'
  /** A kernel or bias is not there. */
  | 'missing'
  /** It is there more than once. */
  | 'ambiguous'
  /** It has another shape than the backbone's, or is of a block that the backbone does not have. */
  | 'shape'
  /** It is of a type that is not read, or is quantised. */
  | 'dtype'
  /** A value is no finite number. */
  | 'value'
  /** Files hold fewer or more bytes than the manifest or the header says. */
  | 'size'
  /** A path leads out of the folder. */
  | 'path'
  /** A file is not there or cannot be read; the cause says why. */
  | 'unreadable'
  /** A server cannot be reached, or says nothing for too long. */
  | 'unreachable'
  /** A server answers with an error; `status` has it. */
  | 'status'
  /** A connection ended before the file did. */
  | 'truncated'
  /** A file behind a URL changes while it is read. */
  | 'changed'
  /** What was downloaded is not what the first download of it brought. */
  | 'pinned'
  /** A file in the cache is not what was put there. */
  | 'altered';

/** Weights that cannot be used. `code` is for code, `message` for people. */
export class WeightsError extends Error {
  override readonly name = 'WeightsError';
  /** HTTP status of the answer, where there was one. */
  readonly status: number | undefined;

  constructor(
    /** What is wrong, for code to branch on. */
    readonly code: WeightsErrorCode,
    message: string,
    /** The kernel, bias, file or URL concerned, where there is one. */
    readonly subject?: string,
    options: WeightsErrorOptions = {},
  ) {
    super(message, options);
    this.status = options.status;
  }
}

/** What else a {@link WeightsError} knows. */
export interface WeightsErrorOptions extends ErrorOptions {
  /** HTTP status of the answer, where there was one. */
  readonly status?: number;
}

/**
 * The error that says what was expected of the weights and, after a comma, what came.
 *
 * @param of what they are weights of.
 */
export function unusable(
  of: Pick<Backbone, 'title'>,
  code: WeightsErrorCode,
  expected: string,
  subject?: string,
  options?: WeightsErrorOptions,
): WeightsError {
  return new WeightsError(code, `${of.title} weights: expected ${expected}`, subject, options);
}

/** Names for a message; a file of any size has room in it. */
export function listed(names: readonly string[], most = 40): string {
  if (names.length === 0) return 'none';
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  return `${names.slice(0, most).join(', ')}${more}`;
}
