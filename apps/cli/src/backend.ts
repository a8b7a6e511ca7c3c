import type { BackendName, ChosenBackend } from '@utad/runtime';
import { useBackend } from '@utad/runtime/node';
import type { Output } from './terminal/output';

export interface StartBackendOptions {
  readonly backend: BackendName | undefined | null;
  readonly training?: boolean;
}

/** Chooses the backend and says which and why. */
export async function startBackend(
  { backend, training = false }: StartBackendOptions,
  output: Output,
): Promise<ChosenBackend> {
  const chosen = await useBackend({ training, ...(backend ? { backend } : {}) });
  output.note(`backend: ${chosen.reason}`);
  return chosen;
}
