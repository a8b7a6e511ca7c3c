import { createHash, randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { isSystemError } from './entries';
import { makeFolders, writeSynced } from './write';

/** Puts a folder with these files in place of another. Whatever ends it early, the old files are there or the new ones. */
export async function replaceFiles(target: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  makeFolders(dirname(target));
  await recover(target, { writing: true });
  const staging = stagingName(target);
  try {
    await fill(staging, files);
    await swap(staging, target);
  } catch (error) {
    // What went wrong matters more than whether tidying up succeeds; the next replacing does it again.
    await tidyUp(staging, target).catch(() => undefined);
    throw error;
  }
}

/** Removes what was written, and gives the old files their name back if they have lost it. */
async function tidyUp(staging: string, target: string): Promise<void> {
  await rm(staging, { recursive: true, force: true });
  await recover(target, { writing: true });
}

/** Every folder is made before the first file: if the staging is taken away meanwhile, nothing makes half of it anew. */
async function fill(staging: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const folders = new Set([...files.keys()].map((name) => dirname(inside(staging, name))));
  for (const path of [staging, ...folders]) makeFolders(path);
  for (const [name, bytes] of files) await writeSynced(inside(staging, name), bytes);
  for (const path of [...folders, staging]) await syncFolder(path);
}

/** How often a reader may have given the old files their name back before that is more than a coincidence. */
const MOST_SWAPS = 3;

async function swap(staging: string, target: string): Promise<void> {
  const previous = previousOf(target);
  for (let attempt = 1; ; attempt++) {
    if ((await generationOf(target)) !== undefined) {
      await removeBeside(previous, target);
      await rename(target, previous);
    }
    try {
      await rename(staging, target);
      break;
    } catch (error) {
      const restored = isSystemError(error, 'ENOTEMPTY', 'EEXIST') && attempt < MOST_SWAPS;
      if (!restored) throw error;
    }
  }
  await syncFolder(dirname(target));
  await removeBeside(previous, target);
}

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
  for (const { path } of stagings) await removeBeside(path, target);
}

/**
 * Removes a folder beside a store, if it is there. It loses its name first: no reader finds half of it, and a writer
 * that fills it after all fails, and never ends with half.
 */
async function removeBeside(path: string, target: string): Promise<void> {
  const removed = stagingName(target);
  await renameIfFree(path, removed);
  await rm(removed, { recursive: true, force: true });
}

/** A writer may have begun since the store was looked at; then its old files are the only ones, and go back. */
async function discardPrevious(target: string): Promise<void> {
  const removed = stagingName(target);
  await renameIfFree(previousOf(target), removed);
  if ((await generationOf(target)) === undefined) await renameIfFree(removed, previousOf(target));
  else await rm(removed, { recursive: true, force: true });
}

/** Does nothing where another process was first, with either name. */
async function renameIfFree(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST')) throw error;
  }
}

/** A machine is told by a hash of its name: names hold characters that folders can't have. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** A folder beside a store, with files that are to take the place of the store's, complete or not. */
interface Staging {
  readonly path: string;
  /** Whether its writer is gone, runs, is this process, or can't be asked because it is on another machine. */
  readonly writer: 'gone' | 'running' | 'self' | 'elsewhere';
}

/** A new name beside a store that says who writes there: `bundle.new-<machine>-<process>-<random>`. */
function stagingName(target: string): string {
  return `${target}.new-${HOST}-${process.pid}-${randomBytes(4).toString('hex')}`;
}

/** What lies beside a store under names of {@link stagingName}. Other names that begin alike are not ours to judge. */
async function findStagings(target: string): Promise<Staging[]> {
  const parent = dirname(target);
  const prefix = `${basename(target)}.new-`;
  const found: Staging[] = [];
  for (const name of await namesIn(parent)) {
    if (!name.startsWith(prefix)) continue;
    const owner = /^([0-9a-f]{8})-(\d+)-[0-9a-f]{8}$/.exec(name.slice(prefix.length));
    if (owner === null) continue;
    const path = join(parent, name);
    found.push({ path, writer: owner[1] === HOST ? await writerHere(Number(owner[2]), path) : 'elsewhere' });
  }
  return found;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}

async function writerHere(processNumber: number, path: string): Promise<Staging['writer']> {
  // A container that starts again gives out the same numbers: a folder older than this process is not its own.
  if (processNumber === process.pid) return (await isOlderThanProcess(path)) ? 'gone' : 'self';
  try {
    process.kill(processNumber, 0);
    return 'running';
  } catch (error) {
    // Not being allowed to signal a process says that it runs.
    return isSystemError(error, 'ESRCH') ? 'gone' : 'running';
  }
}

async function isOlderThanProcess(path: string): Promise<boolean> {
  const entry = await stat(path).catch(() => undefined);
  return entry !== undefined && entry.mtimeMs < Date.now() - process.uptime() * 1000;
}

/**
 * Tells a folder from others that have had its name: each replacement brings a new one, and its time of change sets it
 * apart from a removed one whose number it got. Undefined where there is no folder.
 */
export async function generationOf(path: string): Promise<string | undefined> {
  try {
    const entry = await stat(path, { bigint: true });
    return entry.isDirectory() ? `${entry.dev} ${entry.ino} ${entry.mtimeNs}` : undefined;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/**
 * The path of a file of a folder.
 *
 * @throws RangeError when the name leads out of the folder.
 */
export function inside(folder: string, name: string): string {
  const path = resolve(folder, name);
  if (!path.startsWith(folder + sep))
    throw new RangeError(`store: expected a name inside the folder, received ${name}`);
  return path;
}

/** What Windows and some network file systems answer, which can't sync the names in a folder. */
const UNSUPPORTED = ['EPERM', 'EACCES', 'EISDIR', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP'];

/** Makes the names in a folder, as they are now, survive a loss of power, where the system can. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (!isSystemError(error, ...UNSUPPORTED)) throw error;
  }
}
