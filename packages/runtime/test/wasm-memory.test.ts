import * as tf from '@tensorflow/tfjs';
import { useBackend } from '@utad/runtime/node';
import { beforeAll, expect, test } from 'vitest';

beforeAll(async () => {
  await useBackend({ backend: 'wasm', training: true });
});

/** Bytes of the module's memory, which never shrinks. */
function memorySize(): number {
  const module: unknown = Reflect.get(tf.backend(), 'wasm');
  const heap: unknown =
    typeof module === 'object' && module !== null ? Reflect.get(module, 'HEAPU8') : undefined;
  if (!(heap instanceof Uint8Array)) throw new Error('expected the memory of the wasm module');
  return heap.length;
}

test('training steps leave nothing behind, neither tensors nor what the backend keeps for its convolutions', () => {
  const images = tf.randomUniform<tf.Rank.R4>([4, 16, 16, 3], -1, 1, 'float32', 1);
  const filters = [
    tf.variable(tf.randomNormal<tf.Rank.R4>([5, 5, 3, 8], 0, 0.1, 'float32', 2)),
    tf.variable(tf.randomNormal<tf.Rank.R4>([4, 4, 8, 8], 0, 0.1, 'float32', 3)),
    tf.variable(tf.randomNormal<tf.Rank.R4>([1, 1, 8, 2], 0, 0.1, 'float32', 4)),
  ] as const;
  const step = () =>
    tf.tidy(() => {
      const { grads } = tf.variableGrads(() => {
        const wide = tf.leakyRelu(tf.conv2d(images, filters[0], 1, 'same'), 0.1);
        const pooled = tf.maxPool(tf.maxPool(wide, 3, 1, 'same'), 2, 2, 'valid');
        const halved = tf.conv2d(pooled, filters[1], 2, 'same');
        return tf.conv2d(halved, filters[2], 1, 'same').square().mean().asScalar();
      });
      for (const filter of filters) {
        const gradient = grads[filter.name];
        if (gradient === undefined) throw new Error(`no gradient of ${filter.name}`);
        filter.assign(filter.sub(gradient.mul(0.1)));
      }
    });
  for (let i = 0; i < 3; i++) step();
  const [{ numTensors, numBytes }, size] = [tf.memory(), memorySize()];
  for (let i = 0; i < 40; i++) step();
  expect(tf.memory()).toMatchObject({ numTensors, numBytes });
  expect(memorySize()).toBe(size);
  tf.dispose([images, ...filters]);
});
