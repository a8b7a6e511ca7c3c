/** Why a file behind a URL can't be had. */
export type HttpStoreProblem =
  /** No answer: no such host, connection refused, a browser that forbids it (CORS). The cause says which. */
  | 'unreachable'
  /** An answer that is no success; `status` has it. */
  | 'status'
  /** The connection ended before the file did. */
  | 'truncated'
  /** More bytes than were promised or are allowed; what came was let go. */
  | 'size'
  /** Files behind a URL are not written. */
  | 'read-only';

/** A file behind a URL that can't be read. `problem` is for code, `message` for people. */
export class HttpStoreError extends Error {
  override readonly name = 'HttpStoreError';

  constructor(
    /** What went wrong. */
    readonly problem: HttpStoreProblem,
    message: string,
    /** Of the file, or of the folder where no single file is concerned. */
    readonly url: string,
    options: {
      /** Of the answer, where there was one. */
      readonly status?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.status = options.status;
  }

  /** HTTP status of the answer, where there was one. */
  readonly status: number | undefined;
}
