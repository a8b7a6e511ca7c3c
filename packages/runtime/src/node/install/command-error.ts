/** A program did not run, or ended with an error. The message is the one line of its output that tells most. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    message: string,
    /** The end of what it wrote, its errors first. */
    readonly output: string,
    /** Whether there is no such program. */
    readonly missing: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
