import { constants } from 'node:fs';
import { lstat, open, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isSystemError } from './entries';

/** What is wrong with a file that a user named. */
export type FileErrorCode =
  /** It is a folder, a pipe, a socket or a device. */
  | 'no-file'
  /** It has more bytes than what it should be ever has. */
  | 'too-large'
  /** It is read, and would be written over. */
  | 'input'
  /** A folder cannot be made where it should be. */
  | 'no-folder';

/** A file or folder that cannot be used as asked. What the operating system refuses are Node's own errors. */
export class FileError extends Error {
  override readonly name = 'FileError';

  constructor(
    /** What is wrong. */
    readonly code: FileErrorCode,
    message: string,
    /** As it was given. */
    readonly path: string,
  ) {
    super(message);
  }
}

type Kind = Pick<
  Awaited<ReturnType<typeof stat>>,
  'isDirectory' | 'isFIFO' | 'isSocket' | 'isFile' | 'isCharacterDevice' | 'isBlockDevice'
>;

function kindOf(entry: Kind): string {
  if (entry.isDirectory()) return 'a folder';
  if (entry.isFIFO()) return 'a pipe';
  if (entry.isSocket()) return 'a socket';
  return entry.isCharacterDevice() || entry.isBlockDevice() ? 'a device' : 'something else';
}

/**
 * Looks at a path without opening it: opening a pipe waits for who writes into it, and a device may never end.
 *
 * @throws FileError `no-file` where it is something else than a file; the system's error where nothing is there.
 */
export async function expectPlainFile(path: string): Promise<{ readonly bytes: number }> {
  const entry = await stat(path);
  if (!entry.isFile()) {
    throw new FileError('no-file', `expected a file, but ${path} is ${kindOf(entry)}`, path);
  }
  return { bytes: entry.size };
}

/**
 * The bytes of a file that a user named.
 *
 * @param mostBytes A longer one is refused before it is read.
 * @throws FileError `no-file`, `too-large`; the system's error where it cannot be read.
 */
export async function readPlainFile(path: string, mostBytes: number): Promise<Uint8Array> {
  const { bytes } = await expectPlainFile(path);
  expectAtMost(bytes, mostBytes, path);
  // Between the look and the opening something else may have come there; then opening does not wait.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const chunks: Uint8Array[] = [];
    let read = 0;
    // Some files of the system have no length and an end all the same.
    for (;;) {
      const chunk = new Uint8Array(Math.max(64 * 1024, Math.min(bytes, mostBytes) + 1 - read));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
      if (bytesRead === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, bytesRead));
      read += bytesRead;
      expectAtMost(read, mostBytes, path);
    }
  } finally {
    await file.close();
  }
}

function expectAtMost(bytes: number, most: number, path: string): void {
  if (bytes <= most) return;
  throw new FileError('too-large', `expected at most ${most} bytes, but ${path} has more`, path);
}

/** As many as the system follows. */
const MOST_LINKS = 40;

/**
 * Where what is written to a path goes: through links to the file that they mean, there or not.
 *
 * @throws FileError `no-file` where something is there that is no file: a folder, a pipe, a device.
 */
export async function writtenPath(path: string): Promise<string> {
  let target = path;
  for (let links = 0; await isLink(target); links++) {
    if (links === MOST_LINKS) throw new FileError('no-file', `expected a file, but ${path} is a loop`, path);
    // The names in a link start where the link really is.
    target = resolve(await realpath(dirname(target)), await readlink(target));
  }
  try {
    await expectPlainFile(target);
  } catch (error) {
    if (error instanceof FileError) throw new FileError('no-file', error.message.replace(target, path), path);
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
  return target;
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}

/** Files looked at together. */
const AT_ONCE = 64;

/**
 * Files that are read, over which nothing may be written. They are told by what they are on the disk, since links, letter
 * cases and other paths give one file many names.
 */
export class InputFiles {
  private constructor(private readonly identities: ReadonlySet<string>) {}

  /** Those of the paths that are there. */
  static async of(paths: readonly string[]): Promise<InputFiles> {
    const identities = new Set<string>();
    for (let start = 0; start < paths.length; start += AT_ONCE) {
      const some = paths.slice(start, start + AT_ONCE);
      for (const one of await Promise.all(some.map(identityOf))) {
        if (one !== undefined) identities.add(one);
      }
    }
    return new InputFiles(identities);
  }

  /** @throws FileError `input` where a path leads to one of them. */
  async expectNone(paths: readonly string[]): Promise<void> {
    if (this.identities.size === 0) return;
    for (let start = 0; start < paths.length; start += AT_ONCE) {
      const some = paths.slice(start, start + AT_ONCE);
      for (const [index, one] of (await Promise.all(some.map(identityOf))).entries()) {
        if (one === undefined || !this.identities.has(one)) continue;
        const path = some[index] ?? '';
        throw new FileError('input', `expected another file to write than ${path}, which is read`, path);
      }
    }
  }
}

async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev} ${ino}`;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
