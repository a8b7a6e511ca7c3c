import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFull, errno, unwritable } from './explain';

/**
 * Makes a folder and writes a file there.
 * @throws InstallProblem that names the folder where that cannot be done.
 */
export async function requireWritable(folder: string): Promise<void> {
  const trial = join(folder, `.writable-${process.pid}`);
  try {
    await makeFolder(folder);
    await writeFile(trial, 'x');
  } catch (error) {
    throw isFull(error) ? diskFull(folder, '', error) : unwritable(folder, error);
  } finally {
    await rm(trial, { force: true }).catch(() => undefined);
  }
}

/** On a read-only disk, making a folder and those above it at once fails with a reason that is not the real one. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    if (errno(error) !== 'ENOENT') throw error;
    await mkdir(folder);
  }
}

const isFull = (error: unknown) => errno(error) === 'ENOSPC' || errno(error) === 'EDQUOT';

/**
 * @param bytes what is about to be written below the folder.
 * @throws InstallProblem where the disk has less room than that.
 */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  const { blocks, bavail, bsize } = await statfs(folder);
  // Some network file systems tell no sizes.
  if (blocks === 0) return;
  const free = bavail * bsize;
  if (free < bytes)
    throw diskFull(folder, ` (${gigabytes(bytes)} GB are needed, ${gigabytes(free)} GB are free)`);
}

const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);
