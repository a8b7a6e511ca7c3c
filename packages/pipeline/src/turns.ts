/** Lets a Ctrl-C, a click or another request through before work goes on. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    // The second is what a page has.
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}

/** How long whoever asks for a stop may wait, in milliseconds. */
const SLICE = 50;

/** How work in turns is followed and stopped. */
export interface TurnsWatch {
  readonly signal?: AbortSignal | undefined;
  /** Is told what is done, and how much of it. */
  readonly onProgress?: ((what: string, done: number, total: number) => void) | undefined;
}

/**
 * Makes something of each item, and lets others through every now and then.
 *
 * @throws the signal's reason
 */
export async function inTurns<T, R>(
  what: string,
  items: readonly T[],
  make: (item: T) => R,
  { signal, onProgress }: TurnsWatch,
): Promise<R[]> {
  const made: R[] = [];
  let began = performance.now();
  for (const item of items) {
    made.push(make(item));
    if (performance.now() - began < SLICE) continue;
    onProgress?.(what, made.length, items.length);
    await nextTurn();
    signal?.throwIfAborted();
    began = performance.now();
  }
  return made;
}
