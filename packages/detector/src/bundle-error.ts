/** A bundle that can't be used. `check` names what failed. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
  constructor(
    readonly check: 'missing' | 'version' | 'manifest' | 'hash' | 'size' | 'kind' | 'network' | 'asset',
    message: string,
  ) {
    super(message);
  }
}
