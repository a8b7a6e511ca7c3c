import * as tf from '@tensorflow/tfjs';
import { BackendUnavailableError } from '@utad/runtime';
import { listBackends, useBackend } from '@utad/runtime/node';
import { expect, it } from 'vitest';
import { describeWebGpu, onSoftware } from '../support/when-vulkan';

describeWebGpu('the adapter of webgpu', () => {
  it.runIf(onSoftware)('is software only where webgpu was asked for, and is named so', async () => {
    expect((await useBackend()).name).not.toBe('webgpu');
    await expect(useBackend({ backend: 'webgpu', webgpu: { software: false } })).rejects.toThrow(
      /^backend webgpu cannot be used: webgpu: expected a GPU, found only software on the CPU, google swiftshader/,
    );
    expect(tf.findBackend('webgpu')).toBeNull();
    const chosen = await useBackend({ backend: 'webgpu' });
    expect(chosen).toMatchObject({
      name: 'webgpu',
      device: expect.stringMatching(/^software on the CPU, google/),
    });
    expect(tf.getBackend()).toBe('webgpu');
    tf.removeBackend('webgpu');
  });

  it('can be named, and an unknown name is answered with those that there are', async () => {
    const { reason = '' } = (await listBackends()).find(({ name }) => name === 'webgpu') ?? {};
    const name = reason.split(':')[0] ?? '';
    const error: unknown = await useBackend({ backend: 'webgpu', webgpu: { adapter: 'Voodoo 2' } }).catch(
      (e) => e,
    );
    expect(error).toBeInstanceOf(BackendUnavailableError);
    expect(String(error)).toContain(`expected an adapter named "Voodoo 2", found ${name}`);
    const chosen = await useBackend({
      backend: 'webgpu',
      webgpu: { adapter: name.slice(0, 8).toUpperCase() },
    });
    expect(chosen.name).toBe('webgpu');
    expect(await tf.matMul([[1, 2]], [[3], [4]]).data()).toEqual(Float32Array.of(11));
    tf.removeBackend('webgpu');
  });
});
