import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import type { ImageBatch } from '@utad/core';
import { open, type PredictedItem, type PredictSource, train } from '@utad/pipeline/node';
import { writeSynthetic } from '@utad/synthetic/node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runExample } from './run-example';

/** Networks that train in a few seconds in plain JavaScript, which is the same in a thread and everywhere. */
const tiny = {
  preset: 'small',
  set: [
    ...['ieNet.inputSize=[16, 16]', 'ieNet.latent=4', 'ieNet.mlp=[8, 8]', 'ieNet.discriminator=[8, 8, 8]'],
    'ieNet.encoder=[{filters: 2, factor: 2}, {filters: 2, factor: 2}]',
    'ieNet.decoder=[{filters: 2, factor: 2}, {filters: 2, factor: 2}]',
    ...[
      'expertNet.inputSize=[16, 16]',
      'expertNet.base=2',
      'expertNet.mlp=4',
      'expertNet.detailFilters=[2, 4]',
    ],
  ],
  shortcuts: { epochs: 4 },
  assets: { vgg19: 'random' },
  backend: 'cpu',
} as const;

let scratch: string;
let good: string;
let fresh: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'utad-worker-'));
  const out = join(scratch, 'synthetic');
  await writeSynthetic({ out, categories: ['washer'], train: 12, good: 2, defective: 1, size: [32, 32] });
  good = join(out, 'washer/train/good');
  fresh = join(out, 'washer/test/good');
});
afterAll(() => rm(scratch, { recursive: true }));

let worker: Worker;
let last = 0;
beforeEach(() => {
  worker = new Worker(new URL('../in-a-worker/worker.mjs', import.meta.url));
});
afterEach(async () => {
  await worker.terminate();
});

/** Sends a message, and gives the answer to it. */
function ask(
  request: object,
  { onEvent, transfer = [] }: { onEvent?: (id: number) => void; transfer?: ArrayBuffer[] } = {},
): Promise<unknown> {
  const id = ++last;
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.on('message', (answer: { id: number; event?: object; error?: string; result?: unknown }) => {
      if (answer.id !== id) return;
      if (answer.event !== undefined) onEvent?.(id);
      else if (answer.error !== undefined) reject(new Error(answer.error));
      else resolve(answer.result);
    });
    worker.postMessage({ id, ...request }, transfer);
  });
}

/** How long work took, the longest time for which a timer of this thread waited meanwhile, and how busy its loop was. */
async function watched<T>(work: () => Promise<T>) {
  const began = performance.now();
  const before = performance.eventLoopUtilization();
  let [longest, tick] = [0, began];
  const clock = setInterval(() => {
    const now = performance.now();
    [longest, tick] = [Math.max(longest, now - tick), now];
  }, 5);
  try {
    const result = await work();
    const { utilization } = performance.eventLoopUtilization(before);
    return { result, took: performance.now() - began, longest, utilization };
  } finally {
    clearInterval(clock);
  }
}

async function predicted(path: string, source: PredictSource): Promise<PredictedItem[]> {
  await using run = await open(path, { assets: tiny.assets, backend: 'cpu' });
  const items: PredictedItem[] = [];
  for await (const item of run.predict(source)) items.push(item);
  return items;
}

describe('training and predicting in a worker', () => {
  it('leave the loop of this thread free, and give what they give on it', async () => {
    const [there, here] = [join(scratch, 'there'), join(scratch, 'here')];
    const inWorker = await watched(async () => {
      const manifest = await ask({ call: 'train', options: { root: good, out: there, ...tiny } });
      return { manifest, items: await ask({ call: 'predict', options: { source: fresh } }) };
    });
    const onThisThread = await watched(async () => {
      await using run = await train({ root: good, out: here, ...tiny });
      return { manifest: run.manifest, items: await predicted(here, fresh) };
    });
    expect(inWorker.result.items).toHaveLength(2);
    expect(inWorker.result.items).toEqual(onThisThread.result.items);
    expect(inWorker.result.manifest).toMatchObject({
      files: onThisThread.result.manifest.files,
      thresholds: onThisThread.result.manifest.thresholds,
    });
    expect(inWorker.took).toBeGreaterThan(1000);
    expect(inWorker.longest).toBeLessThan(inWorker.took / 4);
    expect(inWorker.utilization).toBeLessThan(0.25);
    expect(onThisThread.utilization).toBeGreaterThan(0.5);
  });

  it('takes decoded images without a copy', async () => {
    const path = join(scratch, 'there');
    const images: ImageBatch = { data: new Uint8Array(2 * 16 * 16 * 3).fill(90), shape: [2, 16, 16, 3] };
    const expected = await predicted(path, { ...images, data: images.data.slice() });
    await ask({ call: 'open', options: { path, backend: 'cpu', assets: tiny.assets } });
    const { buffer } = images.data;
    if (!(buffer instanceof ArrayBuffer)) throw new Error('expected memory of one thread');
    const items = await ask({ call: 'predict', options: { source: images } }, { transfer: [buffer] });
    expect(items).toEqual(expected);
    expect(images.data).toHaveLength(0);
  });

  it('stops by a message, with a checkpoint', async () => {
    let events = 0;
    const training = ask(
      {
        call: 'train',
        options: { root: good, out: join(scratch, 'stopped'), ...tiny, shortcuts: { epochs: 500 } },
      },
      {
        onEvent(id) {
          if (++events === 20) worker.postMessage({ id, call: 'cancel' });
        },
      },
    );
    await expect(training).rejects.toThrow('PipelineError: interrupted, a checkpoint is saved');
    await expect(ask({ call: 'predict', options: { source: fresh } })).rejects.toThrow(
      'expected train or open before predict',
    );
  });
});

it('the script tells of every new image, and how long its loop waited', async () => {
  const options = JSON.stringify(tiny);
  const lines = await runExample('in-a-worker/main.mjs', good, fresh, join(scratch, 'script'), options);
  expect(lines).toEqual([
    expect.stringMatching(/000\.png \d+\.\d+ (good|anomalous)$/),
    expect.stringMatching(/001\.png \d+\.\d+ (good|anomalous)$/),
    expect.stringMatching(/^threshold \d+\.\d+$/),
    expect.stringMatching(/^worked \d+ ms, this loop waited \d+ ms at most$/),
  ]);
});
