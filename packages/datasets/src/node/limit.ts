import { DatasetError } from '../errors';
import { shuffled } from '../synthetic/random';

/**
 * At most so many entries, chosen by seed, in their old order. Kinds are taken in turn, so that each has its share.
 *
 * @throws DatasetError `invalid-option` for a limit below 1.
 */
export function limitEntries<T extends { readonly defectType: string }>(
  entries: readonly T[],
  limit: number,
  seed: number,
): T[] {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new DatasetError('invalid-option', `limit: expected a whole number from 1, received ${limit}`);
  }
  if (limit >= entries.length) return [...entries];
  const queues = new Map<string, number[]>();
  for (const index of shuffled(entries.length, `${seed}/limit`)) {
    const defectType = entries[index]?.defectType ?? '';
    const queue = queues.get(defectType);
    if (queue === undefined) queues.set(defectType, [index]);
    else queue.push(index);
  }
  const chosen = new Set<number>();
  for (let turn = 0; chosen.size < limit; turn++) {
    for (const queue of queues.values()) {
      const index = queue[turn];
      if (index !== undefined && chosen.size < limit) chosen.add(index);
    }
  }
  return entries.filter((_, index) => chosen.has(index));
}
