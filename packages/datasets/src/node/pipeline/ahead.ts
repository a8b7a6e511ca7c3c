/**
 * Works on several items at once and yields results in the order of the items, whenever they were ready.
 *
 * A result that waits for its turn counts as one in work, so that a slow reader is not buried. As many as may be are in
 * work while the reader has a result in hand: a reader that holds this thread, as a step of training does, finds a batch
 * of as many ready when it comes back, as far as the work needs no turn of this thread in between.
 */
export async function* ahead<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<[item: T, result: R]> {
  const pending: [T, Promise<R>][] = [];
  let next = 0;
  const fill = () => {
    for (; next < items.length && pending.length < atOnce; next++) {
      const item = items[next];
      if (item === undefined) continue;
      const result = work(item);
      // Its turn may come after it fails, and Node ends the process over a failure that nobody waits for yet.
      result.catch(() => {});
      pending.push([item, result]);
    }
  };
  try {
    fill();
    for (let first = pending.shift(); first !== undefined; first = pending.shift()) {
      const [item, promised] = first;
      const result = await promised;
      fill();
      yield [item, result];
    }
  } finally {
    // No file is still being read when the caller goes on, and perhaps removes it.
    await Promise.allSettled(pending.map(([, result]) => result));
  }
}
