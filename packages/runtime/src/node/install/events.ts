import type { InstallCode, InstallProblem } from './problem';

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
