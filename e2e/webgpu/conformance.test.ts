import * as tf from '@tensorflow/tfjs';
import { uncorrectBackend } from '@utad/runtime';
import { type ConformanceCase, checkConformance, conformanceCases } from '@utad/runtime/conformance';
import { useBackend } from '@utad/runtime/node';
import { beforeAll, expect, it } from 'vitest';
import { describeWebGpu } from '../support/when-vulkan';

describeWebGpu('the ops and gradients of webgpu', () => {
  beforeAll(async () => {
    await useBackend({ backend: 'webgpu' });
  });

  it('are right, every one of them', async () => {
    const { backend, checked, wrong } = await checkConformance();
    expect(backend).toBe('webgpu');
    expect(checked).toBe(conformanceCases.length);
    expect(wrong.map(({ message }) => message)).toEqual([]);
  });

  it('are wrong without corrections where these are', async () => {
    uncorrectBackend();
    const faults = async (cases: readonly ConformanceCase[]) => (await checkConformance({ cases })).wrong;
    const isSum = ({ op }: ConformanceCase) => op === 'addN';
    const wrong = await faults(conformanceCases.filter((one) => !isSum(one)));
    expect(new Set(wrong.map(({ op }) => op))).toEqual(
      new Set(['maxPool', 'image.resizeBilinear', 'image.resizeNearestNeighbor', 'mirrorPad', 'tile']),
    );
    // Last, since what the device refuses ends its use.
    const [refused] = await faults(conformanceCases.filter(isSum));
    expect(refused).toMatchObject({ op: 'addN', kind: 'failed' });
    expect(refused?.message).toContain('storage buffers');
    tf.removeBackend('webgpu');
  });
});
