import { CommandError } from './command-error';
import { InstallProblem } from './problem';

const FULL = /\bE?NOSPC\b|\bEDQUOT\b|no space left on device|disk quota exceeded/i;
const UNWRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ELOOP', 'ENAMETOOLONG']);

const ELSEWHERE = 'set XDG_CACHE_HOME to a folder';

/** The disk under the cache folder has no room. */
export function diskFull(folder: string, detail = '', cause?: unknown): InstallProblem {
  return new InstallProblem(
    'disk-full',
    `the disk of ${folder} is full${detail}`,
    `free some space, or ${ELSEWHERE} on a larger disk`,
    { cause },
  );
}

/** The cache folder cannot be made or written to. */
export function unwritable(folder: string, cause: unknown): InstallProblem {
  const code = errno(cause);
  return new InstallProblem(
    'cache-unwritable',
    `the cache folder ${folder} cannot be written${code === undefined ? '' : ` (${code})`}`,
    `make it writable, or ${ELSEWHERE} that is`,
    { cause },
  );
}

/** What the system calls an error: `'ENOSPC'`. Undefined for errors that are not the system's. */
export function errno(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/** Gives an error that no step has explained its code: a full disk and an unwritable folder can happen in any step. */
export function explain(error: unknown, folder: string): InstallProblem {
  if (error instanceof InstallProblem) return error;
  const message = error instanceof Error ? error.message : String(error);
  const said = error instanceof CommandError ? error.output : message;
  if (FULL.test(said)) return diskFull(folder, '', error);
  if (UNWRITABLE.has(errno(error) ?? '')) return unwritable(folder, error);
  return new InstallProblem('failed', message, undefined, { cause: error });
}
