import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const STAGING = 'staging-';

/** A new folder for work that is not finished. */
export const stagingFolder = (root: string): Promise<string> => mkdtemp(join(root, STAGING));

/**
 * Removes the staging folders of installations that were killed. The caller holds the lock, so that nobody works in
 * them; a program that a killed installation had started may still write there for a moment, hence the retries.
 */
export async function removeLeftovers(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (name.startsWith(STAGING)) await removeFolder(join(root, name));
  }
}

export const removeFolder = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
