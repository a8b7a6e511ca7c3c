import type { Size } from '@utad/core';

/** Why data cannot be drawn; see {@link ReportError}. */
export type ReportErrorCode =
  /** Pixels, a map or a mask whose length does not fit its size. */
  | 'length'
  /** A value that is NaN or infinite. */
  | 'not-finite'
  /** A threshold, limit, range or count that is none. */
  | 'range'
  /** An image without its input, or without exactly one anomaly map. */
  | 'incomplete'
  /** The same image or the same run twice. */
  | 'duplicate'
  /** A name of an image or a detector that is not there. */
  | 'unknown';

/** Data that cannot be drawn, and why. */
export class ReportError extends Error {
  override readonly name = 'ReportError';
  /** Why, for code to branch on. */
  readonly code: ReportErrorCode;

  constructor(code: ReportErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What was expected, of what, and what came. */
export function unexpected(
  code: ReportErrorCode,
  what: string,
  expected: string,
  received: unknown,
): ReportError {
  return new ReportError(code, `${what}: expected ${expected}, received ${received}`);
}

export function expectLength(what: string, values: ArrayLike<number>, size: Size, channels = 1): void {
  const expected = size[0] * size[1] * channels;
  if (values.length === expected) return;
  const shape = [...size, ...(channels === 1 ? [] : [channels])].join(' x ');
  throw unexpected('length', what, `${shape} = ${expected} values`, values.length);
}
