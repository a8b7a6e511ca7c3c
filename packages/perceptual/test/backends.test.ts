import type { BackendName } from '@utad/runtime';
import { useBackend } from '@utad/runtime/node';
import { describe, expect, it } from 'vitest';
import { perceptualErrors } from './conformance';

const wanted: readonly BackendName[] = ['cpu', 'wasm', 'tfjs-node'];

/** Why a backend is not to be had here; undefined where it is. What fails otherwise, fails. */
async function refusalOf(name: BackendName): Promise<string | undefined> {
  try {
    await useBackend({ backend: name });
    return undefined;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'BackendUnavailableError') throw error;
    return error.message;
  }
}

const backends: { name: BackendName; refusal: string | undefined }[] = [];
for (const name of wanted) backends.push({ name, refusal: await refusalOf(name) });

for (const { name, refusal } of backends) {
  const title = refusal === undefined ? `on ${name}` : `on ${name}: skipped, ${refusal}`;
  describe.skipIf(refusal !== undefined)(title, () => {
    it('features, maps and distance are those of the float64 reference', async () => {
      await useBackend({ backend: name });
      const errors = await perceptualErrors();
      expect(Object.keys(errors)).toHaveLength(8 + 3 + 3 + 1);
      for (const [what, error] of Object.entries(errors)) expect(error, what).toBeLessThan(1e-4);
    });
  });
}
