import { rename, rm } from 'node:fs/promises';
import { generationOf } from './generation';
import { findStagings, type Staging, stagingName } from './staging';
import { isSystemError } from './system-error';

/** Where the old files of a store are while the new ones take their place. */
export const previousOf = (target: string): string => `${target}.previous`;

/**
 * Undoes what replacements that were cut short left beside a store: gives the old files their name back, and removes
 * what is no one's any more. Nothing is touched while another process replaces, so that readers may call it too.
 *
 * @param writing Whether the caller is the one process that writes, and about to. Only then is it known that what
 * another machine or this process left is at rest.
 */
export async function recover(target: string, { writing }: { writing: boolean }): Promise<void> {
  const stagings = await findStagings(target);
  const previous = previousOf(target);
  const atRest = ({ writer }: Staging) => writer === 'gone' || (writing && writer !== 'running');
  if (!stagings.every(atRest)) return;
  if ((await generationOf(previous)) !== undefined) {
    if ((await generationOf(target)) === undefined) await renameIfFree(previous, target);
    else await discardPrevious(target);
  }
  for (const { path } of stagings) await bury(path, target);
}

/**
 * Removes a folder beside a store, if it is there. It loses its name first: no reader finds half of it, and a writer
 * that fills it after all fails, and never ends with half.
 */
export async function bury(path: string, target: string): Promise<void> {
  const grave = stagingName(target);
  await renameIfFree(path, grave);
  await rm(grave, { recursive: true, force: true });
}

/** A writer may have begun since the store was looked at; then its old files are the only ones, and go back. */
async function discardPrevious(target: string): Promise<void> {
  const grave = stagingName(target);
  await renameIfFree(previousOf(target), grave);
  if ((await generationOf(target)) === undefined) await renameIfFree(grave, previousOf(target));
  else await rm(grave, { recursive: true, force: true });
}

/** Does nothing where another process was first, with either name. */
async function renameIfFree(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST')) throw error;
  }
}
