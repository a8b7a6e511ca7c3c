import * as tf from '@tensorflow/tfjs';
import { BackendUnavailableError, CORRECTIONS, useWasm, type WasmPackage } from '@utad/runtime';
import { useBackend } from '@utad/runtime/node';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';

/** The package's functions, which only note what they are called with. */
function noting(running = (asked: number) => asked) {
  const calls: unknown[] = [];
  let threads = 1;
  const wasm: WasmPackage = {
    setWasmPaths: (paths) => void calls.push(paths),
    setThreadsCount(count) {
      calls.push(count);
      threads = count;
    },
    getThreadsCount: () => running(threads),
  };
  return { calls, wasm };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test('a backend that is not there is refused, not replaced', async () => {
  await expect(useWasm(noting().wasm)).rejects.toBeInstanceOf(BackendUnavailableError);
});

describe('with the wasm backend there', () => {
  beforeAll(async () => {
    await useBackend({ backend: 'wasm', corrections: false });
  });

  test('it is started, corrected, and told where its files are', async () => {
    const { calls, wasm } = noting();
    const chosen = await useWasm(wasm, { paths: '/wasm/' });
    expect(calls).toEqual(['/wasm/', 1]);
    expect(tf.getBackend()).toBe('wasm');
    expect(CORRECTIONS.filter(({ backend }) => backend === 'wasm').every((one) => one.isApplied())).toBe(
      true,
    );
    expect(chosen).toMatchObject({ name: 'wasm', version: tf.version.tfjs, device: 'CPU, 1 thread' });
    expect(chosen.reason).toContain('not cross-origin isolated');
  });

  test.each([
    [2, 2, 'CPU, 2 threads'],
    [32, 8, 'CPU, 8 threads'],
  ])('cross-origin isolated on %i processors it has %i threads', async (processors, threads, device) => {
    vi.stubGlobal('crossOriginIsolated', true);
    vi.stubGlobal('navigator', { hardwareConcurrency: processors });
    const { calls, wasm } = noting();
    expect((await useWasm(wasm)).device).toBe(device);
    expect(calls).toEqual([threads]);
  });

  test('it has the threads that it says, not those asked for', async () => {
    vi.stubGlobal('crossOriginIsolated', true);
    const { device, reason } = await useWasm(noting(() => 1).wasm, { threads: 4 });
    expect(device).toBe('CPU, 1 thread');
    expect(reason).toContain('with 1 of the 4 threads asked for');
  });

  test('what never starts is an error in time, and nothing of it stays', async () => {
    const flags = { ...tf.env().getFlags() };
    const factory = tf.findBackendFactory('wasm');
    tf.removeBackend('wasm');
    tf.registerBackend('wasm', () => new Promise(() => undefined));
    const refusal = (threads: number) => useWasm(noting().wasm, { threads, timeout: 0.05 });
    await expect(refusal(4)).rejects.toThrow(
      /^backend wasm cannot be used: it did not start in 0\.05 s; .* its threads did not start: have the bundler/,
    );
    const error: unknown = await refusal(1).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BackendUnavailableError);
    expect(String(error)).not.toContain('threads');
    expect(tf.env().getFlags()).toEqual(flags);
    tf.removeBackend('wasm');
    tf.registerBackend('wasm', factory);
    expect((await useWasm(noting().wasm)).name).toBe('wasm');
  });

  test.each([0, 1.5, 9])('%d threads are refused', async (threads) => {
    const { calls, wasm } = noting();
    await expect(useWasm(wasm, { threads })).rejects.toThrow(
      `useWasm: expected threads from 1 to 8, received ${threads}`,
    );
    expect(calls).toEqual([]);
  });
});
