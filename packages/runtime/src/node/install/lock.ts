import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onWait?: () => void;
}

/**
 * Runs work while holding a folder's lock, which other processes wait for. A lock whose holder died is taken over
 * after a quarter of a minute.
 */
export async function withLock<T>(
  root: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const { signal, onWait } = options;
  await mkdir(root, { recursive: true });
  // Loaded where it is needed: it changes how signals end the process, which importing this package must not.
  const { lock } = await import('proper-lockfile');
  let release: (() => Promise<void>) | undefined;
  while (!release) {
    signal?.throwIfAborted();
    try {
      // A holder whose machine slept may lose its lock. Both then work in staging folders of their own, and the
      // last rename wins, so that nothing needs to be stopped.
      release = await lock(root, {
        realpath: false,
        stale: 15_000,
        update: 5_000,
        onCompromised: () => undefined,
      });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ELOCKED')) throw error;
      onWait?.();
      await sleep(300, undefined, signal ? { signal } : {});
    }
  }
  try {
    return await work();
  } finally {
    // A lock that was taken over is not ours to release.
    await release().catch(() => undefined);
  }
}
