import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { randomWeights, resnet18 } from '@utad/features';
import { TfjsBackbone } from '@utad/features/tfjs';
import type { BackendName } from '@utad/runtime';
import { useBackend } from '@utad/runtime/node';
import { describe, expect, it } from 'vitest';
import { IMAGE_NET, imageNetErrors } from './conformance';

const data = process.env.UTAD_TEST_DATA;
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
    it.skipIf(data === undefined).each(IMAGE_NET)(
      '%s has its reference activations (skipped without UTAD_TEST_DATA)',
      async (folder, backbone, side) => {
        await useBackend({ backend: name });
        const errors = await imageNetErrors(join(data ?? '', folder), backbone, side);
        expect(Object.keys(errors)).toHaveLength(3);
        for (const [what, error] of Object.entries(errors)) expect(error, what).toBeLessThan(1e-4);
      },
    );

    it('a loss of features of a residual network has a gradient with respect to the image', async () => {
      await useBackend({ backend: name });
      const backbone = new TfjsBackbone(randomWeights(resnet18, 0, ['layer1']), { layers: ['layer1'] });
      const x = tf.randomUniform<tf.Rank.R4>([1, 8, 8, 3], 0, 1, 'float32', 1);
      const direction = tf.randomNormal<tf.Rank.R4>([1, 8, 8, 3], 0, 1, 'float32', 2);
      const loss = (image: tf.Tensor) => tf.addN(backbone.tensorFeatures(image.as4D(1, 8, 8, 3))).mean();
      const analytic = tf.sum(tf.mul(tf.grad(loss)(x), direction));
      const step = 2 ** -10;
      const [up, down] = [step, -step].map((delta) => loss(tf.add(x, tf.mul(direction, delta))));
      const numeric = ((await up?.data())?.[0] ?? Number.NaN) - ((await down?.data())?.[0] ?? Number.NaN);
      const found = (await analytic.data())[0] ?? Number.NaN;
      expect(Math.abs(found)).toBeGreaterThan(1e-3);
      expect(Math.abs(numeric / (2 * step) / found - 1)).toBeLessThan(0.05);
      backbone.dispose();
    });
  });
}
