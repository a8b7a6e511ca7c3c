import { basename } from 'node:path';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { errno } from './explain';
import { InstallProblem } from './problem';

/**
 * Works with the entries of a zip archive. The reader refuses entries whose path is absolute or leaves the folder,
 * and entries that are larger than they say.
 * @throws InstallProblem where the archive is not what it should be; an error of the system as it is.
 */
export async function readArchive<T>(
  archive: string,
  work: (zip: ZipFile, entries: readonly Entry[]) => Promise<T>,
): Promise<T> {
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(archive, { autoClose: false });
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) entries.push(entry);
    return await work(zip, entries);
  } catch (error) {
    if (error instanceof InstallProblem || errno(error) !== undefined) throw error;
    if (error instanceof Error && error.name === 'AbortError') throw error;
    throw damaged(archive, error instanceof Error ? error.message : String(error), error);
  } finally {
    zip?.close();
  }
}

export function damaged(archive: string, why: string, cause?: unknown): InstallProblem {
  return new InstallProblem('wheel-damaged', `${basename(archive)} is damaged: ${why}`, 'try again', {
    cause,
  });
}
