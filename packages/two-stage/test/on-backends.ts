import type { BackendName } from '@utad/runtime';
import { useBackend } from '@utad/runtime/node';

export interface TriedBackend {
  readonly name: BackendName;
  /** Why it cannot train here; undefined where it can. */
  readonly refusal: string | undefined;
}

/**
 * Backends with whether they can train here: what a machine does not have is told apart from what fails. Several can
 * live in one process.
 */
export async function tryBackends(names: readonly BackendName[]): Promise<TriedBackend[]> {
  const tried: TriedBackend[] = [];
  for (const name of names) {
    try {
      await useBackend({ backend: name, training: true });
      tried.push({ name, refusal: undefined });
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'BackendUnavailableError') throw error;
      tried.push({ name, refusal: error.message });
    }
  }
  return tried;
}

/** Computes on a backend; tensors that come from another one follow. */
export async function onBackend<T>(name: BackendName, compute: () => Promise<T>): Promise<T> {
  await useBackend({ backend: name, training: true });
  return await compute();
}
