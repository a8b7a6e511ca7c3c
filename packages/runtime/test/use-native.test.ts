import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import { BACKEND_PREFERENCE } from '@utad/runtime';
import { findNative, listBackends, useBackend } from '@utad/runtime/node';
import { describe, expect, test, vi } from 'vitest';

const native = findNative();

describe.skipIf(!native)(
  `native TensorFlow${native ? '' : ': skipped, none is installed (utad backend install)'}`,
  () => {
    test('listing the backends tries native ones without loading them here', async () => {
      const backends = await listBackends();
      expect(backends.map(({ name }) => name)).toEqual(BACKEND_PREFERENCE);
      expect(
        backends.filter(({ name }) => name.startsWith('tfjs-node')).some(({ available }) => available),
      ).toBe(true);
      expect(tf.findBackend('tensorflow')).toBeNull();
    });

    test('it is chosen, computes and takes gradients, with nothing printed as registered twice', async () => {
      const warn = vi.spyOn(console, 'warn');
      const chosen = await useBackend({ training: true });
      expect(chosen.name).toMatch(/^tfjs-node(-gpu)?$/);
      expect(chosen.reason).toBe(`${chosen.name} on TensorFlow ${chosen.version} (${native})`);
      expect(tf.getBackend()).toBe('tensorflow');
      // d/dx of x^3 is 3 x^2.
      const gradient = tf.grad((x) => x.mul(x).mul(x).sum())(tf.tensor1d([1, 2, 3]));
      expect(await gradient.data()).toEqual(Float32Array.of(3, 12, 27));
      expect(warn).not.toHaveBeenCalled();
      warn.mockRestore();
    });

    test("the addon package runs on the caller's copy of TensorFlow.js, file handlers and layers included", async () => {
      expect(tf.io.getLoadHandlers('file:///model.json')).toHaveLength(1);
      const cached = createRequire(import.meta.url).cache;
      const copies = Object.values(cached).filter((module) =>
        /tfjs\/dist\/tf\.node\.js$/.test(module?.filename ?? ''),
      );
      expect(new Set(copies.map((module) => module?.exports.layers))).toEqual(new Set([tf.layers]));
    });

    test('asking again keeps the backend', async () => {
      const chosen = await useBackend();
      expect(chosen.reason).toMatch(/already loaded/);
    });

    test('the cpu backend can still be asked for, and native again after it', async () => {
      expect((await useBackend({ backend: 'cpu' })).name).toBe('cpu');
      expect(tf.getBackend()).toBe('cpu');
      expect((await useBackend()).name).toMatch(/^tfjs-node/);
      expect(tf.getBackend()).toBe('tensorflow');
    });
  },
);
