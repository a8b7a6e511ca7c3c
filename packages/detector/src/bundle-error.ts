/** A bundle that can't be used. `check` names what failed. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
  constructor(
    /** The check that failed. */
    readonly check: 'missing' | 'version' | 'manifest' | 'hash' | 'size' | 'kind' | 'network' | 'asset',
    message: string,
  ) {
    super(message);
  }
}
