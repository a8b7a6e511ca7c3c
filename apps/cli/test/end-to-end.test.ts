import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OnnxSession } from '@utad/onnx';
import { findOnnxRuntime } from '@utad/onnx/node';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listing } from '../../../scripts/testing/listing';
import { readTiff } from '../../../scripts/testing/read-tiff';
import { type Ended, runUtad, TINY } from './run-utad';

let cwd = '';
const utad = (...args: string[]) => runUtad(args, { cwd });
const json = async (path: string) => JSON.parse(await readFile(join(cwd, path), 'utf8'));
const TRAIN = ['train', '--dataset', 'mvtec', '--root', 'data', '--category', 'washer', ...TINY];

/** Runs a command that must fail without a trace: one line that matches, and the folder as it was. */
async function refused(args: string[], code: number, message: RegExp): Promise<void> {
  const before = await listing(cwd);
  const ended = await utad(...args);
  expect(ended).toMatchObject({ code, stdout: '' });
  expect(ended.stderr).toHaveLength(1);
  expect(ended.stderr[0]).toMatch(message);
  expect(await listing(cwd)).toEqual(before);
}

function expectDone({ code, stderr }: Ended): void {
  expect(code, stderr.join('\n')).toBe(0);
}

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'utad-cli-'));
  const size = ['--train', '14', '--good', '3', '--defective', '1'];
  expectDone(await utad('data', 'synth', '--out', 'data', '--category', 'washer', ...size));
  expectDone(await utad(...TRAIN, '--out', 'runs/whole'));
});

afterAll(() => rm(cwd, { recursive: true, force: true }));

describe('a run', () => {
  it('holds the parts that a run folder has, and every event of training', async () => {
    expect(await listing(join(cwd, 'runs/whole'))).toEqual(
      expect.arrayContaining([
        'bundle',
        'bundle/utad.json',
        'checkpoint',
        'config.json',
        'events.jsonl',
        'history.json',
      ]),
    );
    expect(await json('runs/whole/config.json')).toMatchObject({
      dataset: 'mvtec',
      category: 'washer',
      preset: 'small',
      seed: 0,
      config: { ieNet: { latent: 4 }, training: { ieNet: { epochs: 8 } } },
    });
    const lines = (await readFile(join(cwd, 'runs/whole/events.jsonl'), 'utf8')).trim().split('\n');
    const epochs = lines.map((line) => JSON.parse(line)).filter(({ type }) => type === 'epoch');
    expect(epochs.map(({ stage }) => stage)).toEqual([
      ...Array(8).fill('ie-net'),
      ...Array(5).fill('expert-net'),
    ]);
  });

  it('is evaluated to metrics.json, which is what --json prints, and a report', async () => {
    const ended = await utad('evaluate', 'runs/whole', '--json');
    expectDone(ended);
    const metrics = JSON.parse(ended.stdout);
    expect(await json('runs/whole/metrics.json')).toEqual(metrics);
    expect(metrics).toMatchObject({
      detector: 'two-stage',
      dataset: 'mvtec',
      category: 'washer',
      images: { good: 3, anomalous: 5 },
      report: join('runs/whole', 'report.html'),
      weights: { vgg19: { name: 'random (seed 0)', seed: 0 } },
    });
    for (const value of [metrics.image.auroc, metrics.pixel.auroc, metrics.meanImageAuroc]) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
    }
    expect(metrics.notes.join()).toContain('random');
    const report = await readFile(join(cwd, 'runs/whole/report.html'), 'utf8');
    expect(report).toContain('two-stage on mvtec / washer');
    // A row for each image: input, three intermediate images, map and segmentation; repair, three layers, three pairs.
    expect(report.match(/<article /g)).toHaveLength(8);
    expect(report.match(/<img alt="[^"]*test\/[^"]*"[^>]* src="data:image\/webp;/g)).toHaveLength(
      8 * (6 + 7),
    );
  });

  it('writes raw maps for others, and pictures, once', async () => {
    const args = ['evaluate', 'runs/whole', '--out', 'measured', '--maps', 'maps', '--overlays'];
    const ended = await utad(...args, '--gallery', '3', '--json');
    expectDone(ended);
    const report = await readFile(join(cwd, 'measured/report.html'), 'utf8');
    expect(report.match(/<article /g)).toHaveLength(3);
    expect(report).toContain('3 images of 8 are shown');
    const images = (await listing(join(cwd, 'data/washer/test'))).filter((name) => name.endsWith('.png'));
    expect(images).toHaveLength(8);
    const stems = images.map((name) => name.replace(/\.png$/, ''));
    const filesOf = async (folder: string) =>
      (await listing(join(cwd, folder))).filter((name) => /\.(tiff|png)$/.test(name));
    expect(await filesOf('maps/washer/test')).toEqual(stems.map((stem) => `${stem}.tiff`));
    expect(await filesOf('measured/overlays/washer/test')).toEqual(
      stems.flatMap((stem) => [`${stem}.map.png`, `${stem}.overlay.png`]),
    );

    const { items, pixelThreshold, ...about } = await json('measured/scores.json');
    expect(about).toMatchObject({ detector: 'two-stage', category: 'washer', seed: 0, reduction: 'max' });
    expect(items).toHaveLength(8);
    for (const { id, size, max, regions } of items) {
      const { height, width } = await sharp(join(cwd, 'data/washer', id)).metadata();
      expect(size).toEqual([height, width]);
      const stem = id.replace(/^test\//, '').replace(/\.png$/, '');
      const map = await readTiff(join(cwd, 'maps/washer/test', `${stem}.tiff`));
      expect(map.size).toEqual([height, width]);
      // Between the values of the map, and so never beyond them.
      const highest = map.values.reduce((a, b) => Math.max(a, b));
      expect(highest).toBeLessThanOrEqual(max * (1 + 1e-6));
      expect(highest).toBeGreaterThan(0.5 * max);
      expect(regions.length > 0).toBe(max >= pixelThreshold);
    }
    const table = await readFile(join(cwd, 'measured/scores.csv'), 'utf8');
    expect(table.trimEnd().split('\r\n')).toHaveLength(9);

    await refused(args, 2, /--out: .*metrics\.json exists/);
    await refused(
      ['evaluate', 'runs/whole', '--out', 'again', '--maps', 'maps'],
      2,
      /^utad: --maps: expected an empty folder or none at maps.washer, but something is there; --force/,
    );
    await refused(['evaluate', '--maps', 'runs/whole'], 2, /received none; --maps took runs\/whole/);
    expectDone(await utad(...args, '--force'));
  });

  it('predicts images with pictures, and goes on after one that cannot be read', async () => {
    await mkdir(join(cwd, 'photos'));
    await cp(join(cwd, 'data/washer/test/hole/000.png'), join(cwd, 'photos/hole.png'));
    await writeFile(join(cwd, 'photos/broken.png'), 'no image');
    const outputs = ['--out', 'found', '--tiff', '--csv', 'found/scores.csv'];
    const ended = await utad('predict', 'runs/whole', 'photos', ...outputs, '--json');
    expect(ended.code).toBe(1);
    expect(ended.stderr.at(-1)).toBe('utad: 1 of 2 images could not be read');
    const { items, threshold } = JSON.parse(ended.stdout);
    expect(items[0]).toMatchObject({ path: join('photos', 'broken.png'), score: null, map: null });
    expect(items[0].error).toContain('broken.png');
    expect(items[1]).toMatchObject({ path: join('photos', 'hole.png'), error: null });
    expect(items[1].normalizedScore).toBeCloseTo(items[1].score / (items[1].score + threshold), 10);
    expect(items[1].anomalous).toBe(items[1].score >= threshold);
    expect((await stat(join(cwd, items[1].map))).size).toBeGreaterThan(0);
    expect((await stat(join(cwd, items[1].overlay))).size).toBeGreaterThan(0);
    const { height, width } = await sharp(join(cwd, 'photos/hole.png')).metadata();
    expect((await readTiff(join(cwd, items[1].tiff))).size).toEqual([height, width]);
    const [, broken, hole] = (await readFile(join(cwd, 'found/scores.csv'), 'utf8')).split('\r\n');
    expect(broken).toContain('broken.png');
    expect(hole).toContain(`,${items[1].score},`);
    await refused(['predict', 'runs/whole', 'photos', '--out', 'found'], 2, /hole\.map\.png, but it exists/);
    await refused(
      ['predict', 'runs/whole', 'photos', '--out', 'new', '--csv', 'found/scores.csv'],
      2,
      /--csv: expected no file found\/scores\.csv, but it exists/,
    );
  });

  it('is told by info, which checks every file', async () => {
    const ended = await utad('info', 'runs/whole', '--json');
    expectDone(ended);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      kind: 'two-stage',
      preset: 'small',
      inputSize: [16, 16],
      // One in ten of the 14 images is held out.
      training: { images: 13, category: 'washer' },
      thresholds: { images: 1 },
    });
    const text = await utad('info', 'runs/whole/bundle');
    expect(text.stdout).toContain('are unaltered');
  });

  it('interrupted in either stage and resumed ends as one run through', async () => {
    const stopAt = (start: string, args: string[]) =>
      runUtad(args, {
        cwd,
        onLine: (line, child) => {
          if (!line.startsWith(start)) return;
          child.kill('SIGINT');
          // npm and npx pass on what the terminal has sent already: that is no second request.
          setTimeout(() => child.kill('SIGINT'), 2);
        },
      });
    const first = await stopAt('ie-net epoch 2/', [...TRAIN, '--out', 'runs/cut']);
    expect(first.code).toBe(130);
    expect(first.stderr.at(-1)).toBe(
      'utad: interrupted, a checkpoint is saved; continue with: utad train --resume --out runs/cut',
    );
    await refused(['evaluate', 'runs/cut'], 2, /training is not complete/);
    const second = await stopAt('expert-net epoch 1/', ['train', '--resume', '--out', 'runs/cut']);
    expect(second.code).toBe(130);
    expectDone(await utad('train', '--resume', '--out', 'runs/cut'));

    const losses = async (run: string) => {
      const { stages } = await json(`${run}/history.json`);
      return stages.map(({ epochs }: { epochs: { losses: unknown; validation: unknown }[] }) =>
        epochs.map(({ losses, validation }) => ({ losses, validation })),
      );
    };
    expect(await losses('runs/cut')).toEqual(await losses('runs/whole'));
    const [cut, whole] = [await json('runs/cut/bundle/utad.json'), await json('runs/whole/bundle/utad.json')];
    expect(cut.files).toEqual(whole.files);
    expect(cut.thresholds).toEqual(whole.thresholds);
  });
});

describe('on ONNX Runtime', () => {
  const IMAGES = ['data/washer/test/good', 'data/washer/test/hole'];
  const predicted = async (engine: string) => {
    const outputs = ['--out', `on-${engine}`, '--tiff', '--json'];
    const ended = await utad('predict', 'runs/whole', ...IMAGES, '--engine', engine, ...outputs);
    expectDone(ended);
    const items: { path: string; score: number; anomalous: boolean; regions: unknown[]; tiff: string }[] =
      JSON.parse(ended.stdout).items;
    return { items, stderr: ended.stderr.join('\n') };
  };
  let [onnx, tfjs]: Awaited<ReturnType<typeof predicted>>[] = [];
  beforeAll(async () => {
    [onnx, tfjs] = [await predicted('onnx'), await predicted('tfjs')];
  });

  it('predict says what it says on TensorFlow.js', async () => {
    expect(onnx?.stderr).toMatch(/predicting on onnxruntime-(node|web) /);
    expect(tfjs?.stderr).not.toContain('onnxruntime');
    expect(onnx?.items).toHaveLength(4);
    for (const [index, { path, score, anomalous, regions, tiff }] of onnx?.items.entries() ?? []) {
      const other = tfjs?.items[index];
      expect(other).toMatchObject({ path, anomalous });
      expect(Math.abs(score / (other?.score ?? Number.NaN) - 1), path).toBeLessThan(1e-3);
      expect(regions).toHaveLength(other?.regions.length ?? Number.NaN);
      const first = await readTiff(join(cwd, tiff));
      const second = await readTiff(join(cwd, other?.tiff ?? ''));
      expect(second.size).toEqual(first.size);
      const range = Math.max(...first.values) - Math.min(...first.values);
      const gaps = first.values.map((value, pixel) => Math.abs(value - (second.values[pixel] ?? Number.NaN)));
      expect(Math.max(...gaps) / range, path).toBeLessThan(1e-3);
    }
  });

  it('evaluate names the engine that predicted, and the one that thresholds were fitted on', async () => {
    const measured = async (engine: string) => {
      const ended = await utad('evaluate', 'runs/whole', '--engine', engine, '--out', `measured-${engine}`);
      expectDone(ended);
      return await json(`measured-${engine}/metrics.json`);
    };
    const [first, second] = [await measured('onnx'), await measured('tfjs')];
    expect(first.backend).toMatchObject({ engine: 'onnx', name: expect.stringMatching(/^(cpu|wasm)$/) });
    expect(second.backend.engine).toBe('tfjs');
    const { thresholds } = await json('runs/whole/bundle/utad.json');
    expect(thresholds.engine).toBe(`tfjs, ${second.backend.name}`);
    for (const metrics of [first, second]) expect(metrics.thresholds.engine).toBe(thresholds.engine);
    expect(first.image.auroc).toBe(second.image.auroc);
    expect(first.pixel.auroc).toBeCloseTo(second.pixel.auroc, 3);
    expect(Object.keys(first)).toEqual(Object.keys(second));
  });

  it('export writes one file, once, which predicts from pixels to score', async () => {
    const ended = await utad('export', 'runs/whole', '--json');
    expectDone(ended);
    const { difference, ...written } = JSON.parse(ended.stdout);
    const path = join('runs', 'whole', 'detector.onnx');
    const file = await readFile(join(cwd, path));
    expect(written).toMatchObject({ path, bytes: file.length, outputs: ['map', 'score'] });
    expect(difference).toBeLessThan(1e-3);
    expect((await listing(join(cwd, 'runs/whole'))).filter((name) => name.includes('.onnx'))).toEqual([
      'detector.onnx',
    ]);

    const session = await OnnxSession.open(file, await findOnnxRuntime());
    const { image, pixel, images } = (await json('runs/whole/bundle/utad.json')).thresholds;
    expect(session.description.metadata).toMatchObject({
      detector: 'two-stage',
      image_threshold: String(image),
      pixel_threshold: String(pixel),
      threshold_images: String(images),
      asset_vgg19: 'random (seed 0)',
    });
    const item = tfjs?.items[0];
    const { data, info } = await sharp(join(cwd, item?.path ?? ''))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const shape = [1, info.height, info.width, 3];
    const { score } = await session.run({ images: { type: 'uint8', shape, data: Uint8Array.from(data) } });
    expect(Number(score?.data[0]) / (item?.score ?? Number.NaN)).toBeCloseTo(1, 4);
    await session.dispose();

    await refused(
      ['export', 'runs/whole'],
      2,
      /^utad: --out: expected no file runs.whole.detector\.onnx, but it exists; --force writes over it$/,
    );
    await refused(
      ['export', 'runs/whole', '--out', 'runs'],
      2,
      /^utad: --out: expected a file, received the folder runs$/,
    );
    expectDone(await utad('export', 'runs/whole', '--explain', '--force'));
    const explained = await OnnxSession.open(await readFile(join(cwd, path)), await findOnnxRuntime());
    const names = explained.description.outputs.map(({ name }) => name);
    expect(names.slice(0, 2)).toEqual(['map', 'score']);
    expect(names.filter((name) => name.startsWith('part/')).length).toBeGreaterThan(1);
    expect(names.filter((name) => name.startsWith('picture/')).length).toBeGreaterThan(1);
    await explained.dispose();
  });

  it('an export that fails leaves the file that was there', async () => {
    await cp(join(cwd, 'runs/whole/bundle'), join(cwd, 'spoiled'), { recursive: true });
    await writeFile(join(cwd, 'spoiled/state.safetensors'), 'other bytes');
    await writeFile(join(cwd, 'mine.onnx'), 'mine');
    await refused(
      ['export', 'spoiled', '--out', 'mine.onnx', '--force'],
      1,
      /expected state\.safetensors of \d+ bytes, found 11$/,
    );
    expect(await readFile(join(cwd, 'mine.onnx'), 'utf8')).toBe('mine');
  });

  it.each(['bundle/state.safetensors', 'config.json'])(
    'an export never replaces %s of its run',
    async (file) => {
      const path = join('runs/whole', file);
      const before = await readFile(join(cwd, path));
      await refused(
        ['export', 'runs/whole', '--out', path, '--force'],
        2,
        /^utad: .*expected another file to write than .*, which is read$/,
      );
      expect((await readFile(join(cwd, path))).equals(before)).toBe(true);
    },
  );

  it('combinations that there are not are refused in a line', async () => {
    const predict = ['predict', 'runs/whole', ...IMAGES, '--out', 'new'];
    const onnx = /^utad: --backend: expected a device of ONNX Runtime, .*, received tfjs-node$/;
    const tfjs =
      /^utad: --backend: expected a backend of TensorFlow\.js, received cuda; it is one of ONNX Runtime$/;
    await refused([...predict, '--engine', 'onnx', '--backend', 'tfjs-node'], 2, onnx);
    await refused([...predict, '--engine', 'tfjs', '--backend', 'cuda'], 2, tfjs);
    const evaluate = ['evaluate', 'runs/whole', '--out', 'new', '--engine', 'tfjs', '--backend', 'cuda'];
    const evaluated = await utad(...evaluate);
    expect(evaluated).toMatchObject({ code: 2, stdout: '' });
    expect(evaluated.stderr.at(-1)).toMatch(tfjs);
    expect(existsSync(join(cwd, 'new'))).toBe(false);
    await refused([...predict, '--engine', 'torch'], 2, /--engine.*torch/);
    await refused(
      [...TRAIN, '--out', 'new', '--backend', 'cuda'],
      2,
      /^utad: --backend: expected tfjs-node-gpu, .*, received cuda$/,
    );
    await refused(['export', 'runs/whole', '--format', 'tflite', '--out', 'new.onnx'], 2, /--format.*tflite/);
  });
});

describe('what is wrong is said on one line, with the right exit code, and nothing is written', () => {
  it('an unknown command and a missing option', async () => {
    await refused(['trian'], 2, /unknown command 'trian'/);
    await refused(['train'], 2, /--out/);
  });

  it('a root that does not exist', () =>
    refused(['train', '--root', 'nowhere', '--out', 'new'], 2, /nowhere/));

  it('an unknown category, with the known ones', () =>
    refused(
      ['train', '--dataset', 'mvtec', '--root', 'data', '--category', 'nut', '--out', 'new'],
      2,
      /washer.*nut/,
    ));

  it('a category without train/good', async () => {
    await mkdir(join(cwd, 'half/part/test/good'), { recursive: true });
    await refused(
      ['train', '--dataset', 'mvtec', '--root', 'half', '--category', 'part', '--out', 'new'],
      2,
      /train.good/,
    );
  });

  it('an image of no bytes, which --skip-bad skips and counts', async () => {
    await cp(join(cwd, 'data'), join(cwd, 'damaged'), { recursive: true });
    await writeFile(join(cwd, 'damaged/washer/train/good/003.png'), '');
    const args = ['train', '--root', 'damaged/washer/train', '--out', 'new'];
    await refused([...args, ...TINY], 1, /0 bytes in .*003\.png/);
    const ended = await utad(...args, ...TINY, '--epochs-ie', '1', '--epochs-expert', '1', '--skip-bad');
    expect(ended.stderr.join('\n')).toMatch(/1 image skipped as unreadable: .*003\.png/);
    await rm(join(cwd, 'new'), { recursive: true, force: true });
  });

  it('an output folder that exists', () =>
    refused([...TRAIN, '--out', 'runs/whole'], 2, /runs\/whole exists/));

  it('an output folder that is no run, even with --force', () =>
    refused([...TRAIN, '--out', 'data', '--force'], 2, /data holds other things/));

  it('a bundle with a changed byte', async () => {
    await cp(join(cwd, 'runs/whole/bundle'), join(cwd, 'altered'), { recursive: true });
    const path = join(cwd, 'altered/state.safetensors');
    const bytes = await readFile(path);
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    await writeFile(path, bytes);
    await refused(['info', 'altered'], 1, /state\.safetensors.*it was changed/);
    await refused(['predict', 'altered', 'data/washer/test/hole'], 1, /it was changed/);
  });

  it('a configuration with a wrong key, a wrong value or no syntax', async () => {
    const to = ['--root', 'data/washer/train', '--out', 'new'];
    await refused(
      ['train', ...to, '--set', 'ieNet.latnt=3'],
      2,
      /--set ieNet\.latnt: expected one of the keys .*, received latnt; did you mean latent\?/,
    );
    await refused(
      ['train', ...to, '--set', 'ieNet.latent=many'],
      2,
      /--set ieNet\.latent: expected a whole number of at least 1, received "many"/,
    );
    await writeFile(join(cwd, 'bad.yaml'), 'ieNet:\n  latent: [\n');
    await refused(['train', ...to, '--config', 'bad.yaml'], 2, /bad\.yaml:3:1: expected YAML: /);
  });

  it('a resumed run that is asked for something else', () =>
    refused(['train', '--resume', '--out', 'runs/whole', '--seed', '4'], 2, /has 0 for --seed, received 4/));

  it('VGG-19 weights that are not there', () =>
    refused([...TRAIN, '--out', 'new', '--vgg19', 'nowhere'], 2, /--vgg19.*nowhere does not exist/));
});

describe('on real images', () => {
  const { UTAD_TEST_DATA = '' } = process.env;
  const given = existsSync(join(UTAD_TEST_DATA, 'mvtec_ad_384')) && UTAD_TEST_DATA !== '';

  it.skipIf(!given)(
    'without masks, pixel metrics are null and a note says why (needs UTAD_TEST_DATA)',
    async () => {
      const root = [
        '--dataset',
        'mvtec',
        '--root',
        join(UTAD_TEST_DATA, 'mvtec_ad_384'),
        '--category',
        'bottle',
      ];
      const vgg19 = ['--vgg19', join(UTAD_TEST_DATA, 'vgg19-imagenet-tfjs')];
      const epochs = ['--epochs-ie', '1', '--epochs-expert', '1'];
      const trained = await utad(
        'train',
        ...root,
        ...TINY,
        ...epochs,
        ...vgg19,
        '--limit',
        '8',
        '--out',
        'runs/bottle',
      );
      expectDone(trained);
      expect(
        trained.stderr.filter((line) => line === '8 images: resized from 384x384 to 16x16.'),
      ).toHaveLength(1);
      expect(trained.stderr.join()).not.toContain('random');
      // The path of the weights is remembered.
      const ended = await utad('evaluate', '--run', 'runs/bottle', '--limit', '6', '--json');
      expectDone(ended);
      const metrics = JSON.parse(ended.stdout);
      expect(metrics).toMatchObject({
        weights: { vgg19: { name: 'vgg19-imagenet-tfjs' } },
        pixel: { auroc: null, iou: { paper: null, fitted: null, oracle: null } },
        training: { images: 7 },
      });
      expect(metrics.images.good + metrics.images.anomalous).toBe(6);
      expect(metrics.notes.join(' ')).toMatch(
        /reduced to at most 8 images.*reduced to at most 6 images.*mask/,
      );
    },
  );
});

it('the demonstration shows its numbers, is made once, and is not mixed with one of other settings', async () => {
  const args = [
    'demo',
    '--quick',
    '--out',
    'runs/demo',
    ...TINY.slice(2),
    '--epochs-ie',
    '2',
    '--epochs-expert',
    '1',
  ];
  const ended = await utad(...args, '--json');
  expectDone(ended);
  const result = JSON.parse(ended.stdout);
  const metrics = await json('runs/demo/metrics.json');
  expect(result).toMatchObject({
    report: join('runs/demo', 'report.html'),
    metrics: join('runs/demo', 'metrics.json'),
    image: metrics.image,
    meanImageAuroc: metrics.meanImageAuroc,
    reconstructionPixelsAuroc: metrics.pixelDifference.reconstruction.imageAuroc,
    insideMasks: {
      input: metrics.restoration.insideInput,
      impression: metrics.restoration.inside.impression,
    },
    outsideMasks: {
      reconstruction: metrics.restoration.outside.reconstruction,
      impression: metrics.restoration.outside.impression,
    },
  });
  // The clean twin differs from the image inside the masks by construction.
  expect(result.insideMasks.input).toBeGreaterThan(0.1);
  const before = await listing(cwd);
  const again = await utad(...args);
  expectDone(again);
  expect(again.stderr).toEqual(['runs/demo holds this demonstration already; --force makes it anew']);
  expect(again.stdout).toContain(join('runs/demo', 'report.html'));
  expect(await listing(cwd)).toEqual(before);
  await refused([...args, '--seed', '1'], 2, /other settings/);
});

it('help comes without loading TensorFlow, in a fraction of a second', async () => {
  const began = performance.now();
  const ended = await utad('--help');
  expectDone(ended);
  expect(ended.stdout).toContain('Exit codes');
  // It takes 80 ms on an idle machine; loading TensorFlow.js alone would take four times as long.
  expect(performance.now() - began).toBeLessThan(2000);
});
