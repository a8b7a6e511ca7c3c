import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Runs work that no other process does in the same folder; a lock whose holder died is taken over after 15 s. */
export async function withLock<T>(
  folder: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  // Loaded where it is needed: it changes how signals end the process, which importing this package must not.
  const { lock } = await import('proper-lockfile');
  const lockfilePath = join(folder, '.lock');
  let release: (() => Promise<void>) | undefined;
  while (release === undefined) {
    signal?.throwIfAborted();
    try {
      release = await lock(folder, {
        lockfilePath,
        realpath: false,
        stale: 15_000,
        update: 5_000,
        onCompromised: () => undefined,
      });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      // The holder before removed the folder together with its lock.
      if (code === 'ENOENT') await mkdir(folder, { recursive: true });
      else if (code === 'ELOCKED') await sleep(200);
      else throw error;
    }
  }
  try {
    return await work();
  } finally {
    // A lock that was taken over, or whose folder is gone, is not ours to release.
    await release().catch(() => undefined);
  }
}
