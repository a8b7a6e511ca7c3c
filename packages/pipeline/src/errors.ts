/** What is wrong: how something was asked for, or what happened then. */
export type PipelineErrorCode =
  /** An option, configuration or path that means nothing. A command line ends with exit code 2. */
  | 'usage'
  /** Some of many things failed; what succeeded was done. */
  | 'partial'
  /** The signal was aborted; what is needed to go on is saved where that can be. */
  | 'interrupted';

/**
 * What the functions of this package throw for faults of their own; errors of other packages come through as they are.
 * Messages name options as the API does, in backquotes, so that a program with other names for them can say its own.
 */
export class PipelineError extends Error {
  override readonly name = 'PipelineError';

  /** @param message What is wrong, on one line; with an `option` what was expected of it. */
  constructor(
    /** What is wrong. */
    readonly code: PipelineErrorCode,
    message: string,
    /** The option that is wrong, by the name that it has in the API, such as `root`: the message begins with it. */
    readonly option?: string,
    options?: ErrorOptions,
  ) {
    super(option === undefined ? message : `\`${option}\`: ${message}`, options);
  }
}

/** A PipelineError `usage`: what a caller asked for means nothing here. */
export function usageError(message: string, option?: string, options?: ErrorOptions): PipelineError {
  return new PipelineError('usage', message, option, options);
}
