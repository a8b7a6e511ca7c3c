import type { Watch } from '@utad/pipeline';
import type { EngineDevice } from '@utad/pipeline/node';
import { EventReporter } from './terminal/events';
import type { Output } from './terminal/output';

/** What every command is given besides its own arguments. */
export interface Context {
  readonly output: Output;
  /** Aborts at the first Ctrl-C, or when the system asks the program to stop. */
  readonly signal: AbortSignal;
  /** As given on the command line. */
  readonly seed: number | undefined;
  readonly backend: EngineDevice | undefined;
}

/** Lets the terminal see what happens, and Ctrl-C stop it. */
export function watch({ output, signal }: Pick<Context, 'output' | 'signal'>): Required<Watch> {
  return { signal, onEvent: new EventReporter(output).onEvent };
}
