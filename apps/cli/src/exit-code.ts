/** What the program ends with. */
export const EXIT = { done: 0, failed: 1, usage: 2, anomalous: 3, interrupted: 130 } as const;

/** What it ends with where a signal asked it to stop, as shells count: 128 and the number of the signal. */
export const SIGNAL_EXIT = { SIGHUP: 129, SIGINT: EXIT.interrupted, SIGTERM: 143 } as const;

/** Errors of data sets that say what the user named is not there, rather than that reading or drawing it failed. */
const WRONG_DATASET = [
  'root-missing',
  'category-unknown',
  'split-missing',
  'empty',
  'ambiguous',
  'exists',
  'invalid-option',
];

/**
 * Errors are told apart by name: their classes live in packages that only some commands load, and some packages carry
 * a class in more than one entry.
 */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof Error)) return EXIT.failed;
  switch (error.name) {
    case 'CommanderError':
      return property(error, 'exitCode') === 0 ? EXIT.done : EXIT.usage;
    case 'UsageError':
      return EXIT.usage;
    case 'AnomaliesFoundError':
      return EXIT.anomalous;
    case 'FileError':
      return property(error, 'code') === 'too-large' ? EXIT.failed : EXIT.usage;
    case 'DatasetError':
    case 'SyntheticError':
      return WRONG_DATASET.includes(String(property(error, 'code'))) ? EXIT.usage : EXIT.failed;
    case 'WeightsError':
      return property(error, 'code') === 'unreadable' ? EXIT.usage : EXIT.failed;
    case 'InterruptedError':
    case 'AbortError':
      return EXIT.interrupted;
    default:
      return EXIT.failed;
  }
}

function property(error: Error, name: string): unknown {
  return Reflect.get(error, name);
}

/** Everything an error says, on one line. */
export function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (
    message
      .replace(/^error: /, '')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .join(' ')
      // Names that come from files could hold what a terminal takes for commands.
      .replace(/\p{Cc}/gu, ' ')
  );
}
