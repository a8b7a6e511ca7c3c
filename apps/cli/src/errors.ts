/** The command line or the configuration is wrong, or names what does not exist. Nothing was written. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command did what it could, and some of its inputs failed. The result was printed. */
export class PartlyFailedError extends Error {
  override readonly name = 'PartlyFailedError';
}

/** The user, or the system, asked the program to stop. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}
