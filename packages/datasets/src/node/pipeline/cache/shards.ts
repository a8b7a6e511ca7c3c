/** A shard's slots are numbered through with those of all others, in the order in which they became known. */
export interface Shard {
  readonly id: string;
  readonly first: number;
}

/** The shard that holds a slot: the last one that begins at or before it. */
export function shardOf(shards: readonly Shard[], number: number): Shard | undefined {
  let [low, high] = [0, shards.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((shards[middle]?.first ?? 0) <= number) low = middle + 1;
    else high = middle;
  }
  return shards[low - 1];
}
