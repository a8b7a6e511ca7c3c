import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { useBackend } from '@utad/runtime/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { IMAGE_NET, imageNetErrors } from '../../packages/features/test/conformance';
import { perceptualErrors } from '../../packages/perceptual/test/conformance';
import { describeWebGpu } from '../support/when-vulkan';

const data = process.env.UTAD_TEST_DATA;

describeWebGpu('the perceptual scorer on webgpu', () => {
  beforeAll(async () => {
    await useBackend({ backend: 'webgpu' });
  });
  afterAll(() => tf.removeBackend('webgpu'));

  it('has the features, maps and distance of the float64 reference', async () => {
    const errors = await perceptualErrors();
    expect(Object.keys(errors)).toHaveLength(8 + 3 + 3 + 1);
    for (const [what, error] of Object.entries(errors)) expect(error, what).toBeLessThan(1e-4);
  });

  it.skipIf(data === undefined).each(IMAGE_NET)(
    '%s has its reference activations (skipped without UTAD_TEST_DATA)',
    async (folder, backbone, side) => {
      const errors = await imageNetErrors(join(data ?? '', folder), backbone, side);
      expect(Object.keys(errors)).toHaveLength(3);
      for (const [what, error] of Object.entries(errors)) expect(error, what).toBeLessThan(1e-4);
    },
  );
});
