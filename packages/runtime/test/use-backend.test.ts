import * as tf from '@tensorflow/tfjs';
import { findNative, useBackend } from '@utad/runtime/node';
import { expect, test } from 'vitest';
import { projectWith, temporaryFolder } from './project';

// No native backend is ever loaded in this file: every cache here is empty.

test('without native TensorFlow, training runs on wasm and the reason says what to run', async () => {
  const empty = temporaryFolder();
  const chosen = await useBackend({ training: true, cacheFolder: empty, projectFolder: empty });
  expect(chosen.name).toBe('wasm');
  expect(chosen.version).toBe(tf.version.tfjs);
  expect(chosen.reason).toMatch(/^wasm: native TensorFlow is not installed; run `utad backend install`/);
  expect(tf.getBackend()).toBe('wasm');
  // d/dw of (x w)^2 for one pixel is 2 x^2 w.
  const gradient = tf.grad((filter: tf.Tensor) =>
    tf.conv2d(tf.tensor4d([3], [1, 1, 1, 1]), filter.as4D(1, 1, 1, 1), 1, 'same').square(),
  )(tf.scalar(5));
  expect(await gradient.data()).toEqual(Float32Array.of(90));
});

test('without native TensorFlow, prediction runs on wasm where its package is installed', async () => {
  const empty = temporaryFolder();
  const chosen = await useBackend({ cacheFolder: empty, projectFolder: empty });
  expect(chosen.name).toBe('wasm');
  expect(tf.getBackend()).toBe('wasm');
  const product = tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]]));
  expect(await product.data()).toEqual(Float32Array.of(11));
});

test('a native backend asked for that is not there is refused with what to run', async () => {
  const empty = temporaryFolder();
  await expect(
    useBackend({ backend: 'tfjs-node', cacheFolder: empty, projectFolder: empty }),
  ).rejects.toThrow(
    'backend tfjs-node cannot be used: native TensorFlow is not installed; run `utad backend install`',
  );
});

test("a project's tfjs-node without its addon is a reason, not a crash", async () => {
  const projectFolder = projectWith('tfjs-node', {});
  const options = { cacheFolder: temporaryFolder(), projectFolder };
  expect(findNative(options)).toBeUndefined();
  const chosen = await useBackend({ ...options, training: true });
  expect(chosen.name).toBe('wasm');
  expect(chosen.reason).toContain(
    'tfjs-node (this project): @tensorflow/tfjs-node has no addon built for this system',
  );
});

test("a project's tfjs-node whose addon does not open registers nothing", async () => {
  const projectFolder = projectWith('tfjs-node', {
    addon: 'not an addon',
    main: "throw new Error('the package must not be loaded before its addon opens')",
  });
  const chosen = await useBackend({ training: true, cacheFolder: temporaryFolder(), projectFolder });
  expect(chosen.name).toBe('wasm');
  expect(chosen.reason).toMatch(/tfjs-node \(this project\): .*addon\.node/);
  expect(tf.findBackend('tensorflow')).toBeNull();
});

test('a tfjs-node of another version than TensorFlow.js is refused with both versions', async () => {
  const projectFolder = projectWith('tfjs-node', { version: '4.21.0', addon: '' });
  const asked = useBackend({ backend: 'tfjs-node', cacheFolder: temporaryFolder(), projectFolder });
  await expect(asked).rejects.toThrow('@tensorflow/tfjs-node is 4.21.0, but @tensorflow/tfjs is 4.22.0');
});

test('a tfjs-node-gpu whose CUDA libraries are missing is tried in a process of its own and told', async () => {
  const projectFolder = projectWith('tfjs-node-gpu', {
    addon: '',
    main: "throw new Error('libcudart.so.12: cannot open shared object file')",
  });
  const chosen = await useBackend({ training: true, cacheFolder: temporaryFolder(), projectFolder });
  expect(chosen.name).toBe('wasm');
  expect(chosen.reason).toContain(
    'tfjs-node-gpu (this project): Error: libcudart.so.12: cannot open shared object file',
  );
});

test('a tfjs-node-gpu that crashes its process is a reason too', async () => {
  const projectFolder = projectWith('tfjs-node-gpu', {
    addon: '',
    main: "process.kill(process.pid, 'SIGILL');",
  });
  const asked = useBackend({ backend: 'tfjs-node-gpu', cacheFolder: temporaryFolder(), projectFolder });
  await expect(asked).rejects.toThrow('its process ended by SIGILL');
});
