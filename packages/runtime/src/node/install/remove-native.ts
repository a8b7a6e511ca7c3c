import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { removeLeftovers, withLock } from '@utad/files/node';
import { folderPrefix, nativeLayout, STAGING } from '../packages';
import { folderBytes, readManifest, recipeFor, unpinWheels } from './installation';
import type { InstallCode, InstallProblem } from './problem';
import { explain } from './problem';

/** Which installation {@link removeNative} removes. */
export interface RemoveOptions {
  /** Removes tfjs-node-gpu instead of tfjs-node; default false. */
  readonly gpu?: boolean;
  /** The folder of utad's caches; default `userCacheFolder()`. */
  readonly cacheFolder?: string;
  /** Stops waiting for an installation that is under way. */
  readonly signal?: AbortSignal;
}

/** What was removed. */
export interface Removal {
  /** The folders that are gone. None where nothing was installed. */
  readonly removed: readonly string[];
  /** What they held. */
  readonly bytes: number;
}

/** Not everything could be removed. */
export class RemoveError extends Error {
  override readonly name = 'RemoveError';
  /** What stood in the way, for programs: `'cache-unwritable'` or `'failed'`. */
  readonly code: InstallCode;

  /** @internal */
  constructor(problem: InstallProblem) {
    super(`native TensorFlow was not removed: ${problem.message}`, { cause: problem.cause ?? problem });
    this.code = problem.code;
  }
}

/**
 * Undoes `installNative`: removes what it put into the user's cache, those of earlier versions included, and what
 * installations that were killed left there. Everything else in the folder stays. Waits for an installation under way.
 * @throws RemoveError where the folder cannot be read or written.
 */
export async function removeNative(options: RemoveOptions = {}): Promise<Removal> {
  const { gpu = false, cacheFolder, signal } = options;
  const { packageName } = recipeFor(gpu);
  const { root } = nativeLayout(cacheFolder, packageName);
  if (!existsSync(root)) return { removed: [], bytes: 0 };
  try {
    return await withLock(`${root}.lock`, () => removeLocked(root, folderPrefix(packageName)), { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw new RemoveError(explain(error, root));
  }
}

async function removeLocked(root: string, prefix: string): Promise<Removal> {
  const entries = await readdir(root);
  // `tfjs-node-4.22.0...`, and not `tfjs-node-gpu-4.22.0...`.
  const ours = entries.filter((name) => name.startsWith(prefix) && /^\d/.test(name.slice(prefix.length)));
  const left = entries.filter((name) => name.startsWith(STAGING));
  let bytes = 0;
  const removed: string[] = [];
  const wheels: string[] = [];
  for (const name of [...ours, ...left]) bytes += await folderBytes(join(root, name));
  for (const name of ours) {
    const folder = join(root, name);
    wheels.push(
      ...((await readManifest(join(folder, 'install.json')))?.wheels ?? []).map(({ file }) => file),
    );
    // Out of its place at once: nobody finds a half of it, whatever happens to this process.
    await rename(folder, join(await mkdtemp(join(root, STAGING)), 'removed'));
    removed.push(folder);
  }
  await removeLeftovers(root, [STAGING]);
  if (wheels.length > 0) await unpinWheels(root, wheels);
  if ((await readdir(root)).length === 0) await rmdir(root);
  return { removed, bytes };
}
