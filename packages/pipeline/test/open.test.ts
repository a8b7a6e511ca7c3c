import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ImageBatch, memoryStore, uniformSource } from '@utad/core';
import type { AnomalyDetector, DetectorKind } from '@utad/detector';
import { type OpenedDetector, open, train } from '@utad/pipeline';
import {
  findDetector,
  type OpenedRun,
  open as openRun,
  type PredictedItem,
  type PredictSource,
  train as trainRun,
} from '@utad/pipeline/node';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const NEAREST_PIXELS = fileURLToPath(
  new URL('../../../examples/custom-detector/nearest-pixels.mjs', import.meta.url),
);
const config = { size: 16, cell: 4 };
/** What happened to detectors, in order. */
const log: string[] = [];
let kind: DetectorKind;
let folder = '';

beforeAll(async () => {
  const { kind: plain } = await findDetector(NEAREST_PIXELS);
  const slow = (detector: AnomalyDetector): AnomalyDetector => {
    const predict = detector.predict.bind(detector);
    return Object.assign(detector, {
      async predict(images: ImageBatch) {
        await setTimeout(5);
        log.push(`predicted ${images.shape[0]}`);
        return await predict(images);
      },
      dispose: () => log.push('freed'),
    });
  };
  kind = {
    ...plain,
    create: async (...made) => slow(await plain.create(...made)),
    restore: async (...made) => slow(await plain.restore(...made)),
  };
  folder = await mkdtemp(join(tmpdir(), 'utad-open-'));
  await mkdir(join(folder, 'good'));
  for (let image = 0; image < 4; image++) {
    const raw = { width: 16, height: 16, channels: 3 } as const;
    const png = await sharp(noisy(1, image).data, { raw }).png().toBuffer();
    await writeFile(join(folder, 'good', `${image}.png`), png);
  }
});
afterAll(() => rm(folder, { recursive: true }));

/** Grey with noise; from `bright` on images have a white corner. */
function noisy(count: number, seed: number, bright = count): ImageBatch {
  const random = uniformSource(seed);
  const each = 16 * 16 * 3;
  const data = Uint8Array.from({ length: count * each }, (_, at) =>
    Math.floor(at / each) >= bright && at % each < 4 * 48 && at % 48 < 12 ? 255 : 100 + 30 * random(),
  );
  return { data, shape: [count, 16, 16, 3] };
}

const trained = (): Promise<OpenedDetector> => train([noisy(6, 7)], { kind, config, seed: 1 });

describe('in memory, as a page does it', () => {
  it('a detector is trained on a batch, and finds what is new', async () => {
    await using detector = await train([noisy(6, 7)], { kind, config, seed: 1 });
    expect(detector.training).toMatchObject({ dataset: 'memory', images: 5, seed: 1 });
    expect(detector.history.stages).toHaveLength(1);
    const [plain, marked] = await detector.predict(noisy(2, 9, 1));
    expect(marked?.anomalous).toBe(true);
    expect(marked?.score).toBeGreaterThan(5 * (plain?.score ?? 0));
    expect(marked?.regions[0]?.box).toEqual({ x: 0, y: 0, width: 4, height: 4 });
  });

  it('is stored, opened again, and says the same to the last digit', async () => {
    await using detector = await trained();
    const store = memoryStore();
    await detector.save(store);
    await using again = await open(store, { kinds: [kind] });
    expect(again.training).toEqual(detector.training);
    expect(again.thresholds).toEqual(detector.thresholds);
    const images = noisy(3, 11, 1);
    expect(await again.predict(images)).toEqual(await detector.predict(images));
  });

  it('takes images of any size, one at a time unless more are asked for, and stops by signal', async () => {
    await using detector = await trained();
    log.length = 0;
    const large = { data: new Uint8Array(32 * 64 * 4).fill(120), height: 32, width: 64 };
    expect((await detector.predict(large))[0]?.map).toHaveLength(16);
    await detector.predict(noisy(3, 11));
    await detector.predict(noisy(3, 11), { batchSize: 2 });
    expect(log).toEqual([...Array(4).fill('predicted 1'), 'predicted 2', 'predicted 1']);
    const stop = new AbortController();
    const stopped = detector.predict(noisy(3, 11), {
      signal: stop.signal,
      onEvent: () => stop.abort(new Error('enough')),
    });
    await expect(stopped).rejects.toThrow('enough');
    expect(log).toHaveLength(7);
  });

  it('is refused with fewer than three images', async () => {
    await expect(train([noisy(2, 1)], { kind, config })).rejects.toMatchObject({
      code: 'usage',
      message: 'train: expected at least 3 good images, received 2',
    });
  });
});

it('a run predicts decoded images of any size, with regions in their own pixels', async () => {
  await using run = await trainRun({
    root: join(folder, 'good'),
    detector: kind,
    config,
    out: join(folder, 'sizes'),
  });
  const data = new Uint8Array(64 * 32 * 3).fill(115);
  for (let pixel = 0; pixel < 16; pixel++) data.fill(255, (48 + pixel) * 96, (48 + pixel) * 96 + 24);
  // A corner of 8 x 16 pixels: one cell of the map, and by the kernel of the resize a bit of its neighbours.
  const wanted = [{ box: { x: 0, y: 32, width: 16, height: 32 } }];
  for (const source of [{ data, shape: [1, 64, 32, 3] } as const, { data, height: 64, width: 32 }]) {
    expect(await all(run, source)).toMatchObject([{ path: 'image', anomalous: true, regions: wanted }]);
  }
});

async function all(run: OpenedRun, source: PredictSource): Promise<PredictedItem[]> {
  const items: PredictedItem[] = [];
  for await (const item of run.predict(source)) items.push(item);
  return items;
}

async function openedRun(): Promise<OpenedRun> {
  const out = join(folder, 'run');
  const run = await trainRun({ root: join(folder, 'good'), detector: kind, config, out, force: true });
  run.dispose();
  return await openRun(out, { detector: kind });
}

const images = noisy(3, 13, 2);
/** What is opened in each of the two ways, and predicts the same images. */
const opened = {
  'a detector': async () => {
    const detector = await trained();
    return { held: detector, predict: () => detector.predict(images) };
  },
  'a run': async () => {
    const run = await openedRun();
    return { held: run, predict: () => all(run, images) };
  },
};

describe.each(Object.entries(opened))('%s that is disposed of', (_, begin) => {
  it('waits for two predictions at once, which give the same numbers as one alone', async () => {
    const { held, predict } = await begin();
    const alone = await predict();
    log.length = 0;
    const both = Promise.all([predict(), predict()]);
    const disposed = held[Symbol.asyncDispose]().then(() => log.push('disposed'));
    expect(await both).toEqual([alone, alone]);
    await disposed;
    expect(log).toEqual([...Array(6).fill('predicted 1'), 'freed', 'disposed']);
  });

  it('predicts no more, and is freed once', async () => {
    const { held, predict } = await begin();
    log.length = 0;
    await Promise.all([held[Symbol.asyncDispose](), held[Symbol.asyncDispose]()]);
    await expect(predict()).rejects.toMatchObject({
      code: 'usage',
      message: 'predict: expected a detector that is open',
    });
    expect(log).toEqual(['freed']);
  });
});

it('a run is freed once a loop over its predictions is left, and at once when none is made', async () => {
  const run = await openedRun();
  log.length = 0;
  for await (const _ of run.predict(images)) {
    run.dispose();
    expect(log).toEqual(['predicted 1']);
    break;
  }
  expect(log).toEqual(['predicted 1', 'freed']);
  const idle = await openedRun();
  log.length = 0;
  idle.dispose();
  expect(log).toEqual(['freed']);
});

it('a path that is no URL is told from a URL that cannot be read', async () => {
  for (const path of ['bundle', './bundle', '/data/bundle']) {
    await expect(open(path)).rejects.toMatchObject({
      ...{ name: 'PipelineError', code: 'usage' },
      message: `open: expected the URL of a bundle or a store, received ${path}; folders are opened by \`open\` of @utad/pipeline/node`,
    });
  }
});
