import * as tf from '@tensorflow/tfjs';
import { CORRECTIONS, correctBackend, uncorrectBackend } from '@utad/runtime';
import { useBackend } from '@utad/runtime/node';
import { expect, test, vi } from 'vitest';
import { temporaryFolder } from './project';

const onWasm = () => CORRECTIONS.filter(({ backend }) => backend === 'wasm' || backend === 'all');

test('names are unique and say backend and op', () => {
  const names = CORRECTIONS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, backend, op } of CORRECTIONS) {
    expect(name.startsWith(`${backend}/`) && name.endsWith(op)).toBe(true);
  }
});

test('nothing is in force until a backend is chosen, then all of it is, and nothing is registered twice', async () => {
  expect(CORRECTIONS.some((correction) => correction.isApplied())).toBe(false);
  const warn = vi.spyOn(console, 'warn');
  await useBackend({ backend: 'wasm' });
  expect(onWasm().every((correction) => correction.isApplied())).toBe(true);
  expect(CORRECTIONS.some(({ backend, isApplied }) => backend === 'cpu' && isApplied())).toBe(false);
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});

test('correcting twice leaves the first correction in place, and taking it back does nothing', () => {
  const kernel = tf.getKernel('MaxPoolGrad', 'wasm');
  correctBackend('wasm')();
  expect(tf.getKernel('MaxPoolGrad', 'wasm')).toBe(kernel);
  expect(onWasm().every((correction) => correction.isApplied())).toBe(true);
});

test('undone, the kernels of the backend are there again, and what it lacked is missing', () => {
  uncorrectBackend('wasm');
  const stock = tf.getKernel('MaxPoolGrad', 'wasm');
  expect(tf.getKernel('Conv2DBackpropFilter', 'wasm')).toBeUndefined();
  const undo = correctBackend('wasm');
  expect(tf.getKernel('MaxPoolGrad', 'wasm')).not.toBe(stock);
  undo();
  expect(tf.getKernel('MaxPoolGrad', 'wasm')).toBe(stock);
  expect(CORRECTIONS.some((correction) => correction.isApplied())).toBe(false);
});

test('a backend chosen without corrections has none, those in force before are taken back', async () => {
  await useBackend({ backend: 'wasm' });
  await useBackend({ backend: 'wasm', corrections: false });
  expect(onWasm().some((correction) => correction.isApplied())).toBe(false);
});

test('wasm without corrections is refused for training', async () => {
  const empty = temporaryFolder();
  await expect(useBackend({ backend: 'wasm', training: true, corrections: false })).rejects.toThrow(
    'wasm cannot train convolutions without corrections',
  );
  const chosen = await useBackend({
    training: true,
    corrections: false,
    cacheFolder: empty,
    projectFolder: empty,
  });
  expect(chosen.name).toBe('cpu');
});

test('a backend whose package is not loaded cannot be corrected', () => {
  expect(() => correctBackend('webgpu')).toThrow('expected a registered backend, received "webgpu"');
});
