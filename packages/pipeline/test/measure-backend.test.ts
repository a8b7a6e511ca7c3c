import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { useBackend } from '@utad/runtime/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workOf } from '../src/node/epochs';
import { type BackendPart, backendPartLine, measureApart, partIn } from '../src/node/measure-backend';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'utad-doctor-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const backendPart: BackendPart = {
  part: 'backend',
  name: 'wasm',
  version: '4.22.0',
  device: 'CPU, 1 thread',
  reason: 'wasm',
};

describe('what the measuring process says', () => {
  it('is read back from among other lines', () => {
    expect(partIn(backendPartLine(backendPart).trimEnd())).toEqual(backendPart);
    expect(partIn('Hi, looks like you are running TensorFlow.js')).toBeUndefined();
  });

  let standIns = 0;

  /** A program that stands in for one that measures. */
  async function standIn(text: string): Promise<string[]> {
    const file = join(folder, `stand-in-${standIns++}.mjs`);
    await writeFile(file, text);
    return [process.execPath, file];
  }

  const never = new AbortController().signal;
  const said = `process.stdout.write(${JSON.stringify(backendPartLine(backendPart))});`;

  it('is whole when the process comes to its end, and knows what was asked', async () => {
    const program = await standIn(
      `if (process.argv.slice(2).join() !== 'wasm,--full') process.exit(9); ${said}`,
    );
    const apart = await measureApart([...program, 'wasm', '--full'], { signal: never, timeLimitSeconds: 30 });
    expect(apart).toEqual({ parts: [backendPart], problem: undefined });
  });

  it('is kept as far as it came before a crash', async () => {
    const program = await standIn(`${said} setTimeout(() => process.kill(process.pid, 'SIGSEGV'), 100);`);
    const apart = await measureApart([...program, 'wasm'], { signal: never, timeLimitSeconds: 30 });
    expect(apart).toEqual({ parts: [backendPart], problem: 'its process ended by SIGSEGV' });
  });

  it('is kept as far as it came before the time was up', async () => {
    const program = await standIn(`${said} setInterval(() => {}, 1000); // hangs`);
    const apart = await measureApart([...program, 'wasm'], { signal: never, timeLimitSeconds: 5 });
    expect(apart).toEqual({ parts: [backendPart], problem: 'it was stopped after 5 s' });
  });

  it('ends with the sentence of an error', async () => {
    const program = await standIn(
      `console.error('W0000 something'); console.error('utad: backend wasm cannot be used: no'); process.exitCode = 1;`,
    );
    const apart = await measureApart([...program, 'wasm'], { signal: never, timeLimitSeconds: 30 });
    expect(apart).toEqual({ parts: [], problem: 'backend wasm cannot be used: no' });
  });

  it('is not waited for after Ctrl-C', async () => {
    const program = await standIn('setInterval(() => {}, 1000); // is interrupted');
    const controller = new AbortController();
    const running = measureApart([...program, 'wasm'], { signal: controller.signal, timeLimitSeconds: 60 });
    setTimeout(() => controller.abort(new Error('interrupted')), 200);
    await expect(running).rejects.toThrow('interrupted');
  });
});

it('counts the operations of layers by hand', async () => {
  await useBackend({ backend: 'cpu' });
  const model = tf.sequential({
    layers: [
      // 4x4 places, 3x3x2 products for each of 5 filters: 16 * 18 * 5 * 2 operations, 80 values.
      tf.layers.conv2d({ inputShape: [4, 4, 2], filters: 5, kernelSize: 3, padding: 'same' }),
      // 2x2 places of the outputs, 4x4x5 products for each of 3 filters.
      tf.layers.conv2d({ filters: 3, kernelSize: 4, strides: 2, padding: 'same' }),
      tf.layers.flatten(), // 12 values
      tf.layers.dense({ units: 7 }), // 12 * 7 products
    ],
  });
  const flop = 16 * 18 * 5 * 2 + 4 * 80 * 3 * 2 + 12 * 7 * 2;
  expect(workOf({ model })).toEqual({ flop, values: 80 + 12 + 12 + 7 });
  model.dispose();
});
