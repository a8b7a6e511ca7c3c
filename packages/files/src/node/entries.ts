import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Whether the operating system gave one of these reasons, such as `ENOENT`. */
export function isSystemError(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code);
}

/** What is at a path; undefined where there is nothing. Whatever is no folder counts as a file. */
export async function entryType(path: string | URL): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** Where utad keeps what it downloads and builds for this user, by the custom of each system. */
export function userCacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (process.platform === 'win32') return join(LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'utad');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'utad');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'utad');
}

/**
 * Removes what writing left behind when the process was killed: entries of a folder that begin and end so. A program that
 * the killed one had started may still write there for a moment, so it is tried for a second.
 *
 * @param begin of names.
 * @param end what has to follow it. Default anything.
 */
export async function removeLeftovers(
  folder: string,
  begin: readonly string[],
  end: RegExp = /^/,
): Promise<void> {
  if ((await entryType(folder)) !== 'folder') return;
  for (const name of await readdir(folder)) {
    const rest = begin.filter((start) => name.startsWith(start)).map((start) => name.slice(start.length));
    if (rest.some((text) => end.test(text))) await removeFolder(join(folder, name));
  }
}

/** Removes a folder, or a file, that need not be there; one that is busy is tried again for a second. */
export function removeFolder(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** Cuts a file of lines, if it is there, after its last whole one. */
export async function dropTornLine(path: string): Promise<void> {
  if ((await entryType(path)) !== 'file') return;
  const bytes = await readFile(path);
  const whole = bytes.lastIndexOf('\n') + 1;
  if (whole < bytes.length) await truncate(path, whole);
}

/** What there is to compare a file with. */
export interface FileHash {
  /** Its length. */
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  /** Hexadecimal; some files are cited with this one only. */
  readonly md5: string;
}

/** Length and hashes of a file of any size, in one reading. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<FileHash> {
  const [sha256, md5] = [createHash('sha256'), createHash('md5')];
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    signal?.throwIfAborted();
    sha256.update(chunk);
    md5.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: sha256.digest('hex'), md5: md5.digest('hex') };
}
