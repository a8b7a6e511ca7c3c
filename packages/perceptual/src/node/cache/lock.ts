import { setTimeout as sleep } from 'node:timers/promises';

/** Runs work that no other process does with the same name; a lock whose holder died is taken over after 15 s. */
export async function withLock<T>(
  name: string,
  { signal }: { readonly signal?: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  // Loaded where it is needed: it changes how signals end the process, which importing this package must not.
  const { lock } = await import('proper-lockfile');
  let release: (() => Promise<void>) | undefined;
  while (release === undefined) {
    signal?.throwIfAborted();
    try {
      // A holder whose machine slept may lose its lock. Files are written whole and compared with their hashes, so that
      // nothing needs to be stopped then.
      release = await lock(name, {
        realpath: false,
        stale: 15_000,
        update: 5_000,
        onCompromised: () => undefined,
      });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ELOCKED')) throw error;
      await sleep(200);
    }
  }
  try {
    return await work();
  } finally {
    // A lock that was taken over is not ours to release.
    await release().catch(() => undefined);
  }
}
