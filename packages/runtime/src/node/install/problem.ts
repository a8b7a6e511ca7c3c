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
