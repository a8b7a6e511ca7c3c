/** The known ways in which a dataset cannot be fetched; see {@link FetchError}. */
export type FetchProblem =
  /** The terms of the dataset must be accepted first; `licence` has them. */
  | 'licence'
  /** There is no direct link; `steps` has what to do by hand. */
  | 'manual'
  /** A server cannot be reached, or says nothing for too long. */
  | 'unreachable'
  /** A server answers with an error or with something else than was asked for; `status` has the number. */
  | 'status'
  /** A connection ended before the file did. */
  | 'truncated'
  /** The file behind a URL changes again and again while it is downloaded. */
  | 'changed'
  /** A file is shorter or longer than is known of it, or than is allowed. */
  | 'size'
  /** A file has another hash than its source is cited to have. */
  | 'hash'
  /** A file is not the one that the first download brought. */
  | 'pinned'
  /** The disk is full. */
  | 'disk-full';

/** What else a {@link FetchError} knows. */
export interface FetchErrorOptions extends ErrorOptions {
  /** HTTP status of the answer, where there was one. */
  readonly status?: number;
  /** What to do by hand. */
  readonly steps?: readonly string[];
}

/** A dataset cannot be fetched. One line; `problem` says which of the known ways it failed. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
  /** HTTP status of the answer, where there was one. */
  readonly status: number | undefined;
  /** What to do by hand, where the problem is `manual`; else empty. */
  readonly steps: readonly string[];

  constructor(
    /** Which of the known ways, for code to branch on. */
    readonly problem: FetchProblem,
    message: string,
    options: FetchErrorOptions = {},
  ) {
    super(message, options);
    this.status = options.status;
    this.steps = options.steps ?? [];
  }
}
