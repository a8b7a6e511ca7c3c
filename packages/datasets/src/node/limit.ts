import { DatasetError } from '../errors';
import { shuffled } from '../synthetic/random';
import type { ImageEntry } from './file-dataset';

/**
 * At most so many entries, chosen by seed, in their old order. Kinds are taken in turn, so that each has its share.
 *
 * @throws DatasetError `invalid-option` for a limit below 1.
 */
export function limitEntries(entries: readonly ImageEntry[], limit: number, seed: number): ImageEntry[] {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new DatasetError('invalid-option', `limit: expected a whole number from 1, received ${limit}`);
  }
  const queues = new Map<string, number[]>();
  for (const index of shuffled(entries.length, `${seed}/limit`)) {
    const kind = entries[index]?.kind ?? '';
    queues.set(kind, [...(queues.get(kind) ?? []), index]);
  }
  const chosen = new Set<number>();
  while (chosen.size < Math.min(limit, entries.length)) {
    for (const queue of queues.values()) {
      const index = queue.shift();
      if (index !== undefined && chosen.size < limit) chosen.add(index);
    }
  }
  return entries.filter((_, index) => chosen.has(index));
}
