import { createHash, randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isSystemError } from './system-error';

/** A machine is told by a hash of its name: names hold characters that folders can't have. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** A folder beside a store, with files that are to take the place of the store's, complete or not. */
export interface Staging {
  readonly path: string;
  /** Whether its writer is gone, runs, is this process, or can't be asked because it is on another machine. */
  readonly writer: 'gone' | 'running' | 'self' | 'elsewhere';
}

/** A new name beside a store that says who writes there: `bundle.new-<machine>-<process>-<random>`. */
export function stagingName(target: string): string {
  return `${target}.new-${HOST}-${process.pid}-${randomBytes(4).toString('hex')}`;
}

/** What lies beside a store under names of {@link stagingName}. Other names that begin alike are not ours to judge. */
export async function findStagings(target: string): Promise<Staging[]> {
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
