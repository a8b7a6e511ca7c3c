import { generationOf } from './generation';
import { previousOf } from './recover';

/** Looks that come too late, one after the other, before a reader gives up on a writer that never rests. */
const MOST_PASSES = 100;

/**
 * Does something with the folder that holds the files now, and again where another took its place meanwhile.
 *
 * @param wanted The generation that it has to be; undefined for any.
 * @param undo Gives back what was got from a folder that turned out to be another.
 * @returns Undefined where there is no such folder.
 */
export async function inCurrentFolder<T>(
  target: string,
  wanted: string | undefined,
  use: (place: string, generation: string) => Promise<T>,
  undo: (value: T) => Promise<void> = async () => {},
): Promise<T | undefined> {
  let passesWithout = 0;
  for (let pass = 1; pass <= MOST_PASSES; pass++) {
    let found = false;
    // In the order in which a writer moves the old files, so that they are not missed on their way.
    for (const place of [target, previousOf(target)]) {
      const generation = await generationOf(place);
      if (generation === undefined || (wanted !== undefined && generation !== wanted)) continue;
      found = true;
      const attempt = await use(place, generation).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      const same = (await generationOf(place)) === generation;
      if ('value' in attempt) {
        if (same) return attempt.value;
        await undo(attempt.value);
      } else if (same) {
        throw attempt.error;
      }
    }
    // New files may have come under the first name after it was looked at.
    passesWithout = found ? 0 : passesWithout + 1;
    if (passesWithout === 2) return undefined;
  }
  throw new Error(`store: expected ${target} to rest for a moment, but it was replaced ${MOST_PASSES} times`);
}
