import type { BackendName, ChosenBackend } from '@utad/runtime';
import { useBackend } from '@utad/runtime/node';

export interface StartBackendOptions {
  readonly backend: BackendName | undefined | null;
  readonly training?: boolean;
}

/** Chooses the backend and says which and why. */
export async function startBackend(
  { backend, training = false }: StartBackendOptions,
  say: (line: string) => void,
): Promise<ChosenBackend> {
  const chosen = await useBackend({ training, ...(backend ? { backend } : {}) });
  say(`backend: ${chosen.reason}`);
  return chosen;
}
