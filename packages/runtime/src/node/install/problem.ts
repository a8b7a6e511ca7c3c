import { CommandError } from './run-command';

/**
 * What stood in the way of an installation, for programs. `failed` is anything that none of the others names.
 */
export type InstallCode =
  | 'platform-unsupported'
  | 'c-library-unsupported'
  | 'python-missing'
  | 'python-too-old'
  | 'pip-missing'
  | 'pip-too-old'
  | 'make-missing'
  | 'compiler-missing'
  | 'npm-missing'
  | 'headers-missing'
  | 'gpu-missing'
  | 'gpu-driver-too-old'
  | 'gpu-unusable'
  | 'cache-unwritable'
  | 'disk-full'
  | 'index-unreachable'
  | 'wheel-missing'
  | 'wheel-altered'
  | 'wheel-damaged'
  | 'registry-unreachable'
  | 'compile-failed'
  | 'check-failed'
  | 'failed';

/** What a step knows about its own failure: the reason, and what the user can do about it. */
export class InstallProblem extends Error {
  override readonly name = 'InstallProblem';

  constructor(
    readonly code: InstallCode,
    readonly reason: string,
    readonly remedy?: string,
    options?: ErrorOptions,
  ) {
    super(remedy === undefined ? reason : `${reason}; ${remedy}`, options);
  }
}

const FULL = /\bE?NOSPC\b|\bEDQUOT\b|no space left on device|disk quota exceeded/i;
const UNWRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ELOOP', 'ENAMETOOLONG']);

const ELSEWHERE = 'set XDG_CACHE_HOME to a folder';

/** The disk under the cache folder has no room. */
export function diskFull(folder: string, detail = '', cause?: unknown): InstallProblem {
  const reason = `the disk of ${folder} is full${detail}`;
  const remedy = `free some space, or ${ELSEWHERE} on a larger disk`;
  return new InstallProblem('disk-full', reason, remedy, { cause });
}

/** The cache folder cannot be made or written to. */
export function unwritable(folder: string, cause: unknown): InstallProblem {
  const code = errno(cause);
  const reason = `the cache folder ${folder} cannot be written${code === undefined ? '' : ` (${code})`}`;
  const remedy = `make it writable, or ${ELSEWHERE} that is`;
  return new InstallProblem('cache-unwritable', reason, remedy, { cause });
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

/**
 * The steps of an installation, in order: the machine and the tools it needs are looked at; the cache folder and the
 * room on its disk are checked; another installation under way is waited for; the headers of Node are found or
 * downloaded; TensorFlow's wheel is downloaded and its hash compared; the addon package is installed without its
 * scripts; the library is unpacked; the addon is compiled; a process of its own computes with it; and the finished
 * folder is moved into its place. For a GPU, download, verify and extract come again for each of NVIDIA's wheels.
 */
export type InstallPhase =
  | 'tools'
  | 'space'
  | 'wait'
  | 'headers'
  | 'download'
  | 'verify'
  | 'package'
  | 'extract'
  | 'compile'
  | 'check'
  | 'place';

/** Where an installation stands. */
export interface InstallEvent {
  /** The step in hand. */
  readonly phase: InstallPhase;
  /** Whether it begins, goes on or is over. */
  readonly status: 'start' | 'progress' | 'done';
  /** Since this phase began. */
  readonly seconds: number;
  /** What is downloaded, verified or unpacked, as pip calls it: `'nvidia-cudnn-cu12'`. */
  readonly item?: string;
  /** Of the download or the unpacking. */
  readonly bytes?: number;
  /** Absent where it is not known beforehand. */
  readonly totalBytes?: number;
}

/** An installation did not finish; nothing of it is left behind. */
export class InstallError extends Error {
  override readonly name = 'InstallError';
  /** What stood in the way, for programs. */
  readonly code: InstallCode;
  /** What stood in the way, in words. */
  readonly reason: string;
  /** What can be done about it, where that is known. */
  readonly remedy: string | undefined;

  /** @internal */
  constructor(
    /** The step that did not succeed. */
    readonly phase: InstallPhase,
    problem: InstallProblem,
  ) {
    super(`native TensorFlow was not installed (${phase}): ${problem.message}`, {
      cause: problem.cause ?? problem,
    });
    this.code = problem.code;
    this.reason = problem.reason;
    this.remedy = problem.remedy;
  }
}

export type Report = (progress: { bytes: number; totalBytes?: number }) => void;

/** Does one step of an installation: tells when it begins and ends, and gives its error a code. */
export type Step = <T>(
  phase: InstallPhase,
  work: (report: Report) => Promise<T>,
  options?: { item?: string },
) => Promise<T>;

interface StepOptions {
  readonly onEvent: ((event: InstallEvent) => void) | undefined;
  readonly signal: AbortSignal | undefined;
  /** Where the installation goes, for messages. */
  readonly folder: string;
}

export function steps(options: StepOptions): Step {
  const { onEvent, signal } = options;
  return async (phase, work, about = {}) => {
    signal?.throwIfAborted();
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1000;
    onEvent?.({ phase, status: 'start', seconds: 0, ...about });
    const result = await guard(phase, options, () =>
      work((progress) => onEvent?.({ phase, status: 'progress', seconds: seconds(), ...about, ...progress })),
    );
    onEvent?.({ phase, status: 'done', seconds: seconds(), ...about });
    return result;
  };
}

/** An abort throws the signal's own reason, every other failure an InstallError. */
export async function guard<T>(
  phase: InstallPhase,
  { signal, folder }: StepOptions,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof InstallError ? error : new InstallError(phase, explain(error, folder));
  }
}
