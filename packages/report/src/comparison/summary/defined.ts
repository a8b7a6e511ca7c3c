import { MetricError, type MetricErrorCode } from '@utad/eval';

const undefinedForSoundData: readonly MetricErrorCode[] = [
  'one-class',
  'no-positives',
  'too-few',
  'one-sided',
];

/** What a measurement gives, or `null` with a note where sound data leave it undefined. */
export function defined<T>(notes: Set<string>, what: string, measure: () => T): T | null {
  try {
    return measure();
  } catch (error) {
    if (!(error instanceof MetricError) || !undefinedForSoundData.includes(error.code)) throw error;
    notes.add(`${what} is not defined: ${error.message}.`);
    return null;
  }
}
