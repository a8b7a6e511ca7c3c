/**
 * The steps of an installation, in order: the tools it needs are looked for; another installation under way is
 * waited for; TensorFlow's wheel is downloaded and its hash compared; the addon package is installed without its
 * scripts; the library is unpacked; the addon is compiled; a process of its own computes with it; and the finished
 * folder is moved into its place.
 */
export type InstallPhase =
  | 'tools'
  | 'wait'
  | 'download'
  | 'verify'
  | 'package'
  | 'extract'
  | 'compile'
  | 'check'
  | 'place';

/** Where an installation stands. */
export interface InstallEvent {
  readonly phase: InstallPhase;
  readonly status: 'start' | 'progress' | 'done';
  /** Since this phase began. */
  readonly seconds: number;
  /** Of the download or the unpacking. */
  readonly bytes?: number;
  /** Absent where it is not known beforehand. */
  readonly totalBytes?: number;
}

/** An installation did not finish; nothing of it is left behind. */
export class InstallError extends Error {
  override readonly name = 'InstallError';

  constructor(
    readonly phase: InstallPhase,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`native TensorFlow was not installed (${phase}): ${reason}`, options);
  }
}
