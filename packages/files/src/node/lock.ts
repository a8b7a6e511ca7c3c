import { readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSystemError } from './entries';
import { makeFolders, writeFileAtomic } from './write';

/** How {@link withLock} waits. */
export interface LockOptions {
  /** Stops waiting; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Is told each time that another holds the lock. */
  readonly onWait?: (() => void) | undefined;
}

/**
 * Runs work while holding a lock, which other processes wait for. A lock whose holder died is taken over after a quarter
 * of a minute.
 *
 * A holder whose machine slept may lose its lock, and is not stopped then: what it does must be safe twice at once, such
 * as work in a folder of its own that comes to its place at the end.
 *
 * @param path of the lock: a folder that is there while somebody holds it. The folder around it is made, and made again
 *   where a holder removed it.
 * @throws what `work` throws; the operating system's error where the lock cannot be made.
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  { signal, onWait }: LockOptions = {},
): Promise<T> {
  // Loaded where it is needed: it changes how signals end the process, which importing this package must not.
  const { lock } = await import('proper-lockfile');
  let release: (() => Promise<void>) | undefined;
  while (release === undefined) {
    signal?.throwIfAborted();
    makeFolders(dirname(path));
    try {
      release = await lock(path, {
        lockfilePath: path,
        realpath: false,
        stale: 15_000,
        update: 5_000,
        onCompromised: () => undefined,
      });
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) continue;
      if (!isSystemError(error, 'ELOCKED')) throw error;
      onWait?.();
      await sleep(200, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
    }
  }
  try {
    return await work();
  } finally {
    // A lock that was taken over, or whose folder is gone, is not ours to release.
    await release().catch(() => undefined);
  }
}

/** What the first download of a file brought. */
export interface Pin {
  /** Hexadecimal. */
  readonly sha256: string;
  /** Length of the file. */
  readonly bytes?: number;
  /** When, in ISO 8601. */
  readonly fetched?: string;
}

/** A file that is to remember first downloads, and does not. */
export class PinError extends Error {
  override readonly name = 'PinError';
  /** For code to branch on. */
  readonly code = 'pins';

  constructor(
    message: string,
    /** The file of pins. */
    readonly path: string,
  ) {
    super(message);
  }
}

/**
 * What first downloads brought, so that later ones can be compared: a JSON file, by whatever name a download has. It is
 * there as long as there are pins.
 */
export class PinFile {
  constructor(
    /** Of the file. */
    readonly path: string,
  ) {}

  /**
   * Every pin by name; none where there is no file.
   *
   * @throws PinError for a file that is none of pins: going on as if there were none would trust whatever comes.
   */
  async read(): Promise<ReadonlyMap<string, Pin>> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return new Map();
      throw error;
    }
    const pins = parse(text);
    if (pins !== undefined) return pins;
    const message = `expected the hashes of earlier downloads in ${this.path}, received something else`;
    throw new PinError(message, this.path);
  }

  /** Adds pins, over those of the same names. */
  async add(pins: ReadonlyMap<string, Pin>): Promise<void> {
    await this.#write(new Map([...(await this.read()), ...pins]));
  }

  /** Forgets pins; those that are not there too. */
  async remove(names: readonly string[]): Promise<void> {
    const pins = await this.read();
    const left = new Map([...pins].filter(([name]) => !names.includes(name)));
    if (left.size < pins.size || left.size === 0) await this.#write(left);
  }

  async #write(pins: ReadonlyMap<string, Pin>): Promise<void> {
    if (pins.size === 0) return rm(this.path, { force: true });
    // A hash alone is written as such.
    const entries = [...pins].map(([name, pin]) => [name, Object.keys(pin).length === 1 ? pin.sha256 : pin]);
    await writeFileAtomic(this.path, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
  }
}

function parse(text: string): ReadonlyMap<string, Pin> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const pins = new Map<string, Pin>();
  for (const [name, pin] of Object.entries(value)) {
    const read = pinOf(pin);
    if (read === undefined) return undefined;
    pins.set(name, read);
  }
  return pins;
}

function pinOf(value: unknown): Pin | undefined {
  if (isHash(value)) return { sha256: value };
  if (typeof value !== 'object' || value === null) return undefined;
  const { sha256, bytes, fetched }: Record<string, unknown> = { ...value };
  if (!isHash(sha256) || typeof bytes !== 'number' || typeof fetched !== 'string') return undefined;
  return { sha256, bytes, fetched };
}

const isHash = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
