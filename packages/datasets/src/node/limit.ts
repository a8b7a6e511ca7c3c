import { shuffledIndices } from '@utad/core';
import { checkWhole } from '../errors';

/**
 * At most so many entries, chosen by seed, in their old order. Types of defect are taken in turn, so that each has its share.
 *
 * @throws DatasetError `invalid-option` for a limit below 1.
 */
export function limitEntries<T extends { readonly defectType: string }>(
  entries: readonly T[],
  limit: number,
  seed: number,
): T[] {
  checkWhole('limit', limit, 1);
  if (limit >= entries.length) return [...entries];
  const queues = new Map<string, number[]>();
  for (const index of shuffledIndices(entries.length, `${seed}/limit`)) {
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
