import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { readFile, realpath, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { entryType, isSystemError } from './entries';
import { makeFolders } from './write';

/** Who holds a lock. */
export interface LockHolder {
  /** Number of the process. */
  readonly pid: number;
  /** Name of its machine. */
  readonly host: string;
  /** What it does, such as `train`. */
  readonly command: string;
  /** When it began, in ISO 8601. */
  readonly since: string;
}

/** Another process works on a file or folder. */
export class LockedError extends Error {
  override readonly name = 'LockedError';
  /** For code to branch on. */
  readonly code = 'locked';

  constructor(
    /** The file or folder, as it was given. */
    readonly path: string,
    /** Undefined where the lock does not say. */
    readonly holder: LockHolder | undefined,
  ) {
    const who =
      holder === undefined
        ? 'another process'
        : `${holder.command}, process ${holder.pid} on ${holder.host} since ${holder.since}`;
    super(`${path} is in use by ${who}`);
  }
}

/** A holder on another machine shows so often that it is there. */
const SIGN_MS = 5_000;
/** Without a sign for so long it is gone. A holder on this machine is asked. */
const GONE_MS = 60_000;

/** What this process holds: its own number in a lock that is not among these is that of a process before it. */
const held = new Set<string>();

/**
 * Works on a file or folder while no other process that asks so does; who comes second is refused at once. The lock is a file
 * beside it, `.<name>.lock`, that says who holds it. That of a process that is gone is taken over.
 *
 * @param path of the file or folder, which need not be there. All names of it mean the same lock.
 * @param command what a refused one is told, such as `train`.
 * @throws LockedError where another holds it; what `work` throws; the system's error where the lock cannot be made.
 */
export async function withExclusive<T>(path: string, command: string, work: () => Promise<T>): Promise<T> {
  const release = await holdLock(path, command);
  try {
    return await work();
  } finally {
    await release();
  }
}

/**
 * {@link withExclusive} for work that is no one function.
 *
 * @returns Releases the lock.
 */
export async function holdLock(path: string, command: string): Promise<() => Promise<void>> {
  const real = await realPathOf(path);
  const beside = join(dirname(real), `.${basename(real)}.lock`);
  const unmake = makeFolders(dirname(real));
  const holder: LockHolder & { readonly started: string | null } = {
    ...{ pid: process.pid, host: hostname(), command, since: new Date().toISOString() },
    started: startOf(process.pid),
  };
  const text = `${JSON.stringify(holder)}\n`;
  let lock = beside;
  try {
    await acquire(lock, path, text);
  } catch (error) {
    // A folder of one's own in a folder of another's.
    const own = isSystemError(error, 'EACCES', 'EPERM', 'EROFS') && (await entryType(real)) === 'folder';
    if (!own) {
      unmake();
      throw error;
    }
    lock = join(real, '.lock');
    await acquire(lock, path, text);
  }
  const sign = setInterval(() => {
    const now = new Date();
    utimes(lock, now, now).catch(() => undefined);
  }, SIGN_MS);
  sign.unref();
  const end = () => {
    clearInterval(sign);
    held.delete(lock);
    // What was taken over, after this process seemed to be gone, is another's.
    if (readIfThere(lock) === text) rmSync(lock, { force: true });
    unmake();
  };
  // What came later goes first: it lies in folders that were made for this.
  process.prependOnceListener('exit', end);
  return async () => {
    process.removeListener('exit', end);
    end();
  };
}

/** The path without links, of what is not there yet as well. */
async function realPathOf(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch (error) {
    const parent = dirname(absolute);
    if (!isSystemError(error, 'ENOENT') || parent === absolute) throw error;
    return join(await realPathOf(parent), basename(absolute));
  }
}

/** So long a process takes at most to take over a lock; one that took longer is gone. */
const TAKEOVER_MS = 5_000;

async function acquire(lock: string, path: string, text: string): Promise<void> {
  const taking = `${lock}.new`;
  for (;;) {
    if (create(lock, text)) {
      held.add(lock);
      return;
    }
    const state = await stateOf(lock);
    if (state === 'free') continue;
    if (state === 'held') throw new LockedError(path, holderOf(await readText(lock)));
    // One at a time: of two who find it abandoned, the second finds the first in it. Not by `withLock`, which changes what
    // signals do to the process.
    if (!create(taking, text)) {
      const entry = await stat(taking).catch(() => undefined);
      if (entry !== undefined && Date.now() - entry.mtimeMs > TAKEOVER_MS) await rm(taking, { force: true });
      await sleep(20);
      continue;
    }
    if ((await stateOf(lock)) === 'abandoned') {
      held.add(lock);
      await rename(taking, lock).catch(() => undefined);
      if ((await readText(lock)) === text) return;
      held.delete(lock);
    } else await rm(taking, { force: true });
  }
}

/** Whether the lock was free; it is whole or not there. */
function create(lock: string, text: string): boolean {
  let file: number;
  try {
    file = openSync(lock, 'wx');
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false;
    throw error;
  }
  try {
    writeSync(file, text);
    return true;
  } catch (error) {
    rmSync(lock, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/** Abandoned is a lock whose holder is gone. */
async function stateOf(lock: string): Promise<'free' | 'held' | 'abandoned'> {
  const entry = await stat(lock).catch(() => undefined);
  if (entry === undefined) return 'free';
  return (await isGone(lock, entry.mtimeMs)) ? 'abandoned' : 'held';
}

async function isGone(lock: string, lastSign: number): Promise<boolean> {
  const holder = holderOf(await readText(lock));
  if (holder === undefined || holder.host !== hostname()) return Date.now() - lastSign > GONE_MS;
  if (holder.pid === process.pid) return !held.has(lock);
  // The number of a process that is gone is given to another in time.
  return !isRunning(holder.pid) || startOf(holder.pid) !== holder.started;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not being allowed to signal a process says that it runs.
    return !isSystemError(error, 'ESRCH');
  }
}

/** When a process began, in the clock of the system: null where it does not say. */
function startOf(pid: number): string | null {
  // The name of a program, in brackets, may hold spaces.
  const fields = readIfThere(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ');
  return fields?.[19] ?? null;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const readText = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

function holderOf(text: string): (LockHolder & { readonly started: string | null }) | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { pid, host, command, since, started }: Record<string, unknown> = { ...Object(value) };
  if (typeof pid !== 'number' || typeof host !== 'string') return undefined;
  if (typeof command !== 'string' || typeof since !== 'string') return undefined;
  return { pid, host, command, since, started: typeof started === 'string' ? started : null };
}
