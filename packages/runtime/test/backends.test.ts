import { BACKEND_PREFERENCE, BackendUnavailableError, isBackendName } from '@utad/runtime';
import { expect, test } from 'vitest';

test('GPUs come before the CPU, native code before wasm, and plain JavaScript comes last', () => {
  expect(BACKEND_PREFERENCE).toEqual(['tfjs-node-gpu', 'webgpu', 'tfjs-node', 'wasm', 'cpu']);
});

test('a word is a backend name only when it is one exactly', () => {
  expect(['cpu', 'tfjs-node', 'CPU', 'webgl', '', 'toString'].map(isBackendName)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

test('the error of an unusable backend names it and why, on one line', () => {
  const error = new BackendUnavailableError('wasm', 'wasm cannot train convolutions');
  expect(error.message).toBe('backend wasm cannot be used: wasm cannot train convolutions');
  expect(error.backend).toBe('wasm');
});
