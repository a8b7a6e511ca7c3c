import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ImageBatch, memoryStore, type TensorData } from '@utad/core';
import { type AnomalyDetector, type DetectorKind, readManifest } from '@utad/detector';
import { OpenedDetector, open as openPage, type PipelineEvent } from '@utad/pipeline';
import { type EvaluateOptions, evaluate, open, type TrainOptions, train } from '@utad/pipeline/node';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';

let folder = '';
const at = (...names: string[]) => join(folder, ...names);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'utad-train-'));
  await mkdir(at('good'));
  for (let index = 0; index < 6; index++) await picture(at('good', `${index}.png`), 100 + index);
  await picture(at('new.png'), 250);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const picture = async (path: string, value: number) => {
  const create = { width: 4, height: 4, channels: 3, background: { r: value, g: value, b: value } } as const;
  await writeFile(path, await sharp({ create }).png().toBuffer());
};

const schema = z.strictObject({ epochs: z.object({ first: z.number(), second: z.number() }) });

/** Anomalous is what is brighter or darker than the mean of the good images. */
class Brightness implements AnomalyDetector {
  readonly kind = 'brightness';
  readonly inputSize = [4, 4] as const;
  readonly reduction = 'mean';
  constructor(
    readonly config: z.infer<typeof schema>,
    private mean = 0,
  ) {}

  async fit(...[data, { onEvent, signal } = {}]: Parameters<AnomalyDetector['fit']>) {
    onEvent?.({ type: 'stage', stage: 'mean', epochs: 1, stepsPerEpoch: data.count, from: 0 });
    signal?.throwIfAborted();
    let sum = 0;
    for await (const { image } of data.records(Array.from({ length: data.count }, (_, index) => index))) {
      sum += image[0] ?? 0;
    }
    this.mean = sum / data.count;
    return { stages: [{ stage: 'mean', epochs: [{ losses: { total: 0 }, seconds: 0 }] }] };
  }

  async predict({ data, shape: [count, height, width] }: ImageBatch) {
    const maps = Float32Array.from({ length: count * height * width }, (_, pixel) =>
      Math.abs((data[3 * pixel] ?? 0) - this.mean),
    );
    const scores = Float32Array.from({ length: count }, (_, index) => maps[index * height * width] ?? 0);
    return { scores, maps, mapSize: [height, width] as const };
  }

  async state() {
    return new Map<string, TensorData>([['mean', { shape: [1], data: Float32Array.of(this.mean) }]]);
  }

  dispose() {}
}

const kind: DetectorKind = {
  kind: 'brightness',
  schema,
  presets: { plain: { epochs: { first: 1, second: 1 } } },
  shortcuts: { epochs: ['epochs.first', 'epochs.second'], 'epochs-second': ['epochs.second'] },
  create: async (config) => new Brightness(schema.parse(config)),
  restore: async (state, config) => new Brightness(schema.parse(config), state.get('mean')?.data[0]),
};

const options = (out: string, more: Partial<TrainOptions> = {}): TrainOptions => ({
  ...{ root: at('good'), detector: kind, out: at(out), backend: 'cpu' },
  ...more,
});
const configOf = async (out: string) => JSON.parse(await readFile(at(out, 'config.json'), 'utf8'));

describe('train', () => {
  it('makes a run from good images and a kind of detector, tells of it, and gives it back to predict', async () => {
    const events: PipelineEvent[] = [];
    const run = await train(
      options('a', {
        shortcuts: { 'epochs-second': '3', epochs: 2 },
        onEvent: (event) => events.push(event),
      }),
    );
    expect(run.images).toEqual({ training: 5, heldOut: 1 });
    expect(run.manifest).toMatchObject({ kind: 'brightness', training: { images: 5, seed: 0 } });
    expect(await configOf('a')).toMatchObject({
      ...{ format: 2, detector: 'brightness', preset: 'plain', assets: {}, vgg19: null },
      config: { epochs: { first: 2, second: 3 } },
    });
    const training = events.flatMap((event) => (event.type === 'training' ? [event.event.type] : []));
    expect(training).toEqual(['stage']);
    const notes = events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
    expect(notes.at(-2)).toBe('training on 5 images, 1 held out for thresholds; seed 0');
    expect(notes.at(-1)).toMatch(
      /^warning: The image threshold rests on 1 held-out good image: expect false/,
    );
    expect(run.notes).toEqual([notes.at(-1)?.slice('warning: '.length)]);
    expect(run.hasTestImages).toBe(false);

    const found: unknown[] = [];
    for await (const { anomalous, score } of run.predict([at('new.png')])) found.push(anomalous, score);
    expect(found).toEqual([true, expect.closeTo(147.5, -1)]);
    run.dispose();
    const opened = await open(at('a'), { detector: kind, backend: 'cpu' });
    for await (const { score } of opened.predict(at('new.png'))) expect(score).toBe(found[1]);
    await opened[Symbol.asyncDispose]();
  });

  it('refuses what means nothing, before anything is written', async () => {
    const refused = (more: Partial<TrainOptions>, message: string | RegExp) =>
      expect(train(options('none', more))).rejects.toThrow(message);
    await refused(
      { shortcuts: { coreset: 0.1 } },
      /^`coreset`: expected a detector that has this option, .*epochs/,
    );
    await refused({ resume: true, force: true }, 'expected `resume` or `force`, received both');
    await refused({ resume: true }, /^`resume`: expected the folder of a run/);
    await refused({ assets: { vgg19: 'random' } }, /^`assets.vgg19`: .*received brightness$/);
    await refused({ root: at('nowhere') }, /nowhere/);
    await expect(readFile(at('none', 'config.json'))).rejects.toThrow('ENOENT');
  });

  it('looks for the images before it fetches weights for them', async () => {
    vi.stubEnv('XDG_CACHE_HOME', at('cache'));
    const fetch = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('offline'));
    const onEvent = vi.fn();
    const missing = (more: Partial<TrainOptions>) =>
      expect(train({ out: at('none'), onEvent, ...more })).rejects;
    await missing({ root: at('nowhere') }).toMatchObject({
      ...{ name: 'DatasetError', code: 'root-missing' },
      message: `root: expected a folder, found nothing at ${at('nowhere')}`,
    });
    await missing({ root: at('good'), category: 'screw' }).toMatchObject({ code: 'category-unknown' });
    expect(fetch).not.toHaveBeenCalled();
    expect(onEvent.mock.calls.filter(([{ type }]) => type === 'note')).toEqual([]);
    fetch.mockRestore();
    vi.unstubAllEnvs();
  });

  it('knows whether it can be evaluated on its own data set', async () => {
    for (const [index, folder] of ['good', 'scratch'].flatMap((name) => Array(8).fill(name)).entries()) {
      await mkdir(at('divided', folder), { recursive: true });
      await picture(at('divided', folder, `${index}.png`), 100 + index);
    }
    const run = await train(options('c', { root: at('divided') }));
    expect(run.hasTestImages).toBe(true);
    run.dispose();
  });

  it('has one resize for training, thresholds, runs, pages and folders', async () => {
    const raw = { width: 9, height: 7, channels: 3 } as const;
    const pixels = Uint8Array.from({ length: 9 * 7 * 3 }, (_, index) => (index * 89) % 256);
    await mkdir(at('odd'));
    const png = await sharp(pixels, { raw }).png().toBuffer();
    for (const name of 'abcd') await writeFile(at('odd', `${name}.png`), png);
    const seen: Uint8Array[] = [];
    const watched: DetectorKind = {
      ...kind,
      async create(config) {
        const detector = new Brightness(schema.parse(config));
        const { fit, predict } = detector;
        return Object.assign(detector, {
          async fit(...given: Parameters<AnomalyDetector['fit']>) {
            for await (const { image } of given[0].records([0, 1, 2])) seen.push(image.slice());
            return await fit.apply(detector, given);
          },
          async predict(images: ImageBatch) {
            expect(images.shape.slice(1)).toEqual([4, 4, 3]);
            seen.push(images.data.slice());
            return await predict.call(detector, images);
          },
        });
      },
    };
    await using run = await train(options('d', { root: at('odd'), detector: watched }));
    expect(run.notes).toContainEqual(
      expect.stringMatching(
        /^Of 1 image held out for thresholds 1 is byte for byte among the training images too, such as .\.png as .\.png;/,
      ),
    );
    for await (const item of run.predict(at('odd', 'a.png'))) expect(item.error).toBeNull();
    const page = new OpenedDetector(run.detector, run.manifest.thresholds, run.manifest.training);
    await page.predict({ data: pixels, width: 9, height: 7 });
    // Three to learn from, the held-out one, the three again for the thresholds, and the same picture twice.
    expect(seen).toHaveLength(9);
    for (const image of seen) expect(image).toEqual(seen[0]);
  });

  describe('with images of 12 bits in 16', () => {
    const deep = async (path: string, value: number, corner = value) => {
      const values = Uint16Array.from({ length: 16 }, (_, at) => (at === 15 ? corner : value));
      const raw = { width: 4, height: 4, channels: 1 } as const;
      await writeFile(path, await sharp(values, { raw }).toColourspace('grey16').png().toBuffer());
    };
    beforeAll(async () => {
      await mkdir(at('deep/good'), { recursive: true });
      await mkdir(at('deep/scratch'));
      for (let index = 0; index < 8; index++) await deep(at('deep/good', `${index}.png`), 2400 + index);
      await deep(at('deep/good/8.png'), 2400, 3900);
      for (let index = 0; index < 2; index++) await deep(at('deep/scratch', `${index}.png`), 3600);
      await deep(at('bright.png'), 3600, 5000);
    });
    const scoresOf = async (of: AsyncIterable<{ score: number | null }>) => {
      const scores: (number | null)[] = [];
      for await (const { score } of of) scores.push(score);
      return scores;
    };

    it('finds what is white, keeps it, and reads whatever is predicted and evaluated so', async () => {
      const notes: string[] = [];
      const onEvent = (event: PipelineEvent) => {
        if (event.type === 'note') notes.push(event.message);
      };
      const auto = { root: at('deep/good'), whiteLevel: 'auto', onEvent } as const;
      const trained = await train(options('white', auto));
      expect(notes).toContain(
        'White level: 4095, from 9 images of more than 8 bits, whose largest value is 3900.',
      );
      expect(await configOf('white')).toHaveProperty('whiteLevel', 4095);
      expect(trained.manifest.preprocessing).toEqual({ whiteLevel: 4095 });
      trained.dispose();
      await using run = await open(at('white'), { detector: kind, backend: 'cpu' });
      // 2400 >> 4 is what it learned, 3600 >> 4 what it sees; by the upper byte of 16 bits it would be 9 and 14.
      const predicting = run.predict([at('bright.png'), at('bright.png')], { onEvent });
      expect(await scoresOf(predicting)).toEqual([75, 75]);
      expect(notes.filter((message) => message.includes('clipped'))).toEqual([
        '2 images: values above the white level 4095 clipped.',
      ]);
      const bytes = await readFile(at('bright.png'));
      expect(await scoresOf(run.predict(new Uint8Array(bytes)))).toEqual([75]);
      const { evaluation, notes: said } = await evaluate(run, {
        ...{ root: at('deep'), out: at('white-report'), cache: false, gallery: 4 },
      });
      const scores = evaluation.items.map(({ label, score }) => (label === 1 ? score : Math.round(score)));
      expect(scores.toSorted((a, b) => a - b)).toEqual([...Array(9).fill(0), 75, 75]);
      expect(said).toContain('11 images: 16 bits a channel reduced to 8, white at 4095.');
      await expect(train(options('white', { ...auto, whiteLevel: 8191, resume: true }))).rejects.toThrow(
        /has 4095 for `whiteLevel`, received 8191; leave it out$/,
      );
    });

    it('keeps white at 65535, and nothing of it, where nobody says otherwise', async () => {
      const run = await train(options('upper', { root: at('deep/good') }));
      expect(await configOf('upper')).not.toHaveProperty('whiteLevel');
      expect(run.manifest).not.toHaveProperty('preprocessing');
      expect(await scoresOf(run.predict(at('bright.png')))).toEqual([5]);
      run.dispose();
    });

    it('refuses what is no white level, before anything is written', async () => {
      for (const whiteLevel of [0, 254, 70_000, 300.5]) {
        await expect(train(options('none', { whiteLevel }))).rejects.toThrow(
          `\`whiteLevel\`: expected auto, or a whole number from 255 to 65535, received ${whiteLevel}`,
        );
      }
      const drawn = { dataset: 'synthetic', detector: kind, out: at('none'), whiteLevel: 'auto' } as const;
      await expect(train(drawn)).rejects.toThrow(/expected no `whiteLevel`, received auto$/);
    });

    it('has a white level in pages too: what is saved again keeps it', async () => {
      const store = memoryStore();
      const details = { image: 1, pixel: 1, images: 1 };
      const facts = { dataset: 'd', category: null, images: 1, fingerprint: 'f', seed: 0 };
      const detector = new Brightness({ epochs: { first: 1, second: 1 } });
      await new OpenedDetector(detector, details, facts, { whiteLevel: 1023 }).save(store);
      await using again = await openPage(store, { kinds: [kind] });
      await again.save(store);
      expect((await readManifest(store)).preprocessing).toEqual({ whiteLevel: 1023 });
    });
  });

  it('takes the values of a region of interest as those of a mask, and says where that is not brightness', async () => {
    const region = async (name: string, values: readonly [number, number]) => {
      const pixels = Uint8Array.from({ length: 16 }, (_, pixel) => values[pixel < 4 ? 0 : 1]);
      const raw = { width: 4, height: 4, channels: 1 } as const;
      await writeFile(at(name), await sharp(pixels, { raw }).toColourspace('b-w').png().toBuffer());
      const notes: string[] = [];
      const onEvent = (event: PipelineEvent) => {
        if (event.type === 'note' && /region/i.test(event.message)) notes.push(event.message);
      };
      await using run = await train(options(`roi-${name}`, { roi: at(name), onEvent }));
      const mask = (await run.detector.state()).get('roi')?.data ?? [];
      return { inside: [...mask].filter((value) => value === 1).length, notes };
    };
    expect(await region('one.png', [1, 0])).toEqual({
      inside: 4,
      notes: [`Region of interest: all of ${at('one.png')} that is not black, 25 %.`],
    });
    expect(await region('white.png', [255, 0])).toEqual({ inside: 4, notes: [] });
    // Nothing is black: what is bright.
    expect(await region('grey.png', [255, 60])).toEqual({ inside: 4, notes: [] });
    expect(await region('all.png', [255, 255])).toEqual({ inside: 16, notes: [] });
    await expect(region('dark.png', [1, 1])).rejects.toThrow(/expected a picture with bright pixels/);
  });

  it('says when it was interrupted, and goes on', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const onEvent = vi.fn((event: PipelineEvent) => {
      if (event.type === 'training') controller.abort(reason);
    });
    await expect(train(options('b', { signal: controller.signal, onEvent }))).rejects.toMatchObject({
      ...{ name: 'PipelineError', code: 'interrupted', message: 'interrupted', cause: reason },
    });
    await expect(train(options('b', { resume: true, seed: 4 }))).rejects.toThrow(
      /^`resume`: the run in .* has 0 for `seed`, received 4; leave it out$/,
    );
    (await train(options('b', { resume: true }))).dispose();
  });

  it('goes on with a run that was begun before assets had names', async () => {
    const { format: _, assets: __, ...same } = await configOf('a');
    await mkdir(at('old'));
    await writeFile(at('old', 'config.json'), JSON.stringify({ ...same, format: 1 }));
    const run = await train(options('old', { resume: true }));
    expect(run.run.config).toMatchObject({ assets: {}, config: { epochs: { first: 2, second: 3 } } });
    run.dispose();
  });
});

describe('evaluate', () => {
  const SIDE = 512;
  /** A square of white from the corner, on black. */
  const corner = (side: number) =>
    sharp(
      Uint8Array.from({ length: SIDE * SIDE }, (_, pixel) =>
        pixel % SIDE < side && pixel < side * SIDE ? 255 : 0,
      ),
      { raw: { width: SIDE, height: SIDE, channels: 1 } },
    )
      .toColourspace('b-w')
      .png()
      .toBuffer();

  it('measures pixels where it is asked to, from one look at the files, and says what was learned from too', async () => {
    for (const name of ['black', 'measured/good', 'measured/cut', 'measured/masks/cut'])
      await mkdir(at(name), { recursive: true });
    for (const name of ['black/0', 'black/1', 'black/2', 'measured/good/same'])
      await writeFile(at(`${name}.png`), await corner(0));
    await writeFile(at('measured/cut/0.png'), await corner(SIDE / 4));
    await writeFile(at('measured/masks/cut/0.png'), await corner(5));
    await using run = await train(options('m', { root: at('black') }));
    const measured = async (metricSize?: EvaluateOptions['metricSize']) => {
      let looks = 0;
      const onEvent = (event: PipelineEvent) => {
        if (event.type === 'progress' && event.task === 'test images read') looks += 1;
      };
      const { metrics } = await evaluate(run, { root: at('measured'), cache: false, onEvent, metricSize });
      expect(looks).toBe(2);
      return metrics;
    };

    // Of S pixels a side the map is highest on S/8 x S/8, of which the mask, shrunk to d x d, is the defect: the others tie.
    const auroc = (side: number, defect: number) =>
      expect.closeTo(1 - ((side / 8) ** 2 - defect ** 2) / 2 / (2 * side ** 2 - defect ** 2), 12);
    const usual = await measured();
    expect(usual).toMatchObject({ pixel: { auroc: auroc(256, 2) } });
    expect(usual).not.toHaveProperty('metricSize');
    expect(usual.notes).toContainEqual(
      expect.stringMatching(
        /^1 test image is byte for byte among the images learned from too, such as .*same\.png as .*\.png\.$/,
      ),
    );
    const small = await measured(64);
    expect(small).toMatchObject({ metricSize: [64, 64], pixel: { auroc: auroc(64, 1) } });
    expect(small.notes).toContain('Pixels are measured at 64x64, not at 256x256.');
    const full = await measured('full');
    expect(full).toMatchObject({ metricSize: [SIDE, SIDE], pixel: { auroc: auroc(SIDE, 5) } });
    const { seconds: _, ...numbers } = full;
    expect(await measured(SIDE)).toMatchObject(numbers);
  });
});
