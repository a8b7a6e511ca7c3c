import type { BackendName } from '@utad/runtime';
import type { Output } from './terminal/output';

/** What every command is given besides its own arguments. */
export interface Context {
  readonly output: Output;
  /** Aborts at the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** As given on the command line. */
  readonly seed: number | undefined;
  readonly backend: BackendName | undefined;
}
