import * as tf from '@tensorflow/tfjs';
import {
  correctBackend,
  uncorrectBackend,
  WebGpuDeviceError,
  WebGpuLimitError,
  WebGpuSyncReadError,
} from '@utad/runtime';
import { useBackend } from '@utad/runtime/node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWebGpu, onSoftware } from '../support/when-vulkan';

const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
  await work.then(
    () => undefined,
    (error: unknown) => error,
  );

/** A tensor whose values only the device has. */
const computed = (values: number[]): tf.Tensor =>
  tf.tidy(() => tf.matMul([values], tf.eye(values.length)).flatten());

function device(): { limits: { maxBufferSize: number }; destroy(): void } {
  const found: unknown = Reflect.get(tf.backend(), 'device');
  if (typeof found !== 'object' || found === null) throw new Error('expected a backend with a device');
  const limits: unknown = Reflect.get(found, 'limits');
  const maxBufferSize: unknown =
    typeof limits === 'object' && limits ? Reflect.get(limits, 'maxBufferSize') : 0;
  const destroy: unknown = Reflect.get(found, 'destroy');
  if (typeof maxBufferSize !== 'number' || typeof destroy !== 'function')
    throw new Error('expected a GPUDevice');
  return { limits: { maxBufferSize }, destroy: () => Reflect.apply(destroy, found, []) };
}

describeWebGpu('a WebGPU device that cannot do what it is asked', () => {
  beforeEach(async () => {
    await useBackend({ backend: 'webgpu' });
    // Else small tensors would be computed in JavaScript and never meet the device.
    tf.env().set('WEBGPU_CPU_FORWARD', false);
  });

  afterEach(() => {
    tf.removeBackend('webgpu');
  });

  it('names the limit that one tensor is too large for, and is still good afterwards', async () => {
    const { maxBufferSize } = device().limits;
    const numbers = maxBufferSize / 4 + 1024;
    let error: unknown;
    try {
      tf.tidy(() => tf.fill([numbers], 1).add(1));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(WebGpuLimitError);
    expect(error).toMatchObject({ limit: 'maxBufferSize', required: 4 * numbers, available: maxBufferSize });
    expect(await computed([1, 2, 3]).data()).toEqual(Float32Array.of(1, 2, 3));
  });

  // A GPU has more memory than a test should fill.
  it.runIf(onSoftware)('tells that its memory is full instead of answering with zeros', async () => {
    const { maxBufferSize } = device().limits;
    const large: tf.Tensor[] = [];
    const fill = async () => {
      // SwiftShader's memory holds one of these and not two.
      for (let count = 0; count < 4; count++) {
        large.push(tf.zeros([maxBufferSize / 4 / 1024, 1024]).add(1));
        await large.at(-1)?.slice([0, 0], [1, 4]).data();
      }
    };
    const error = await failureOf(fill());
    expect(error).toBeInstanceOf(WebGpuDeviceError);
    expect(error).toMatchObject({ kind: 'out-of-memory' });
  });

  it('tells that it refused a program, at the next value read and at every operation after', async () => {
    uncorrectBackend('webgpu');
    const many = Array.from({ length: 41 }, (_, i) => computed([i, 1]));
    const sum = tf.addN(many);
    const error = await failureOf(sum.data());
    expect(error).toBeInstanceOf(WebGpuDeviceError);
    expect(error).toMatchObject({
      kind: 'validation',
      reason: expect.stringContaining('storage buffers (42)'),
    });
    expect(() => tf.add(many[0] ?? 0, many[1] ?? 0)).toThrow(WebGpuDeviceError);
    correctBackend('webgpu');
  });

  it('adds any number of tensors once it is corrected', async () => {
    const before = tf.memory().numTensors;
    for (const count of [1, 2, 7, 8, 50, 120]) {
      const many = Array.from({ length: count }, (_, i) => computed([i, 1]));
      const sum = tf.addN(many);
      expect(await sum.data()).toEqual(Float32Array.of((count * (count - 1)) / 2, count));
      tf.dispose([sum, ...many]);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('tells that it was lost, to the read under way and to what comes after', async () => {
    const x = computed([1, 2]);
    const reading = failureOf(tf.square(x).data());
    device().destroy();
    for (const error of [await reading, await failureOf(x.data())]) {
      expect(error).toBeInstanceOf(WebGpuDeviceError);
      expect(error).toMatchObject({ kind: 'lost' });
    }
    expect(() => tf.square(x)).toThrow(/^webgpu: the device was lost: /);
  });

  it('is replaced by a new one when the backend is chosen again', async () => {
    device().destroy();
    await failureOf(computed([1, 2]).data());
    const { name } = await useBackend({ backend: 'webgpu' });
    expect(name).toBe('webgpu');
    expect(await computed([5, 7]).data()).toEqual(Float32Array.of(5, 7));
  });

  it('is not asked for a value that only waiting could bring', async () => {
    const x = computed([1, 2]);
    expect(() => x.dataSync()).toThrow(WebGpuSyncReadError);
    await x.data();
    // It has them here now.
    expect(x.dataSync()).toEqual(Float32Array.of(1, 2));
  });
});
