import { setImmediate } from 'node:timers/promises';

/** How work on latent codes is followed and stopped. */
export interface LatentWatch {
  readonly signal?: AbortSignal;
  /** Is told what is done, and how much of it. */
  readonly onProgress?: (what: string, done: number, total: number) => void;
}

/** How long a Ctrl-C may wait, in milliseconds. */
const SLICE = 50;

/**
 * Makes something of each item, and lets a Ctrl-C through every now and then.
 *
 * @throws the signal's reason
 */
export async function inTurns<T, R>(
  what: string,
  items: readonly T[],
  make: (item: T) => R,
  { signal, onProgress }: LatentWatch,
): Promise<R[]> {
  const made: R[] = [];
  let began = performance.now();
  for (const item of items) {
    made.push(make(item));
    if (performance.now() - began < SLICE) continue;
    onProgress?.(what, made.length, items.length);
    await setImmediate();
    signal?.throwIfAborted();
    began = performance.now();
  }
  return made;
}
