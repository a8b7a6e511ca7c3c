import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Dataset, holdOut } from '@utad/core';
import { MVTEC_AD } from '@utad/datasets';
import { openDataset } from '@utad/datasets/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { listing } from '../../../scripts/testing/listing';
import { type Ended, type RunOptions, runUtad } from './run-utad';

const MEAN_IMAGE = fileURLToPath(
  new URL('../../../examples/custom-detector/mean-image.mjs', import.meta.url),
);
const DETECTOR = ['--detector', MEAN_IMAGE];
const NEAREST = [
  '--detector',
  fileURLToPath(new URL('../../../examples/custom-detector/nearest-pixels.mjs', import.meta.url)),
];
const TRAIN = ['train', '--dataset', 'mvtec', '--root', 'data', '--category', 'washer'];

let cwd = '';
const utad = (args: string[], options: Partial<RunOptions> = {}) => runUtad(args, { cwd, ...options });
const json = async (path: string) => JSON.parse(await readFile(join(cwd, path), 'utf8'));

async function done(...args: string[]): Promise<Ended> {
  const ended = await utad(args);
  expect(ended.code, ended.stderr.join('\n')).toBe(0);
  return ended;
}

async function refused(args: string[], message: RegExp | string): Promise<void> {
  const before = await listing(cwd);
  const ended = await utad(args);
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toHaveLength(1);
  if (typeof message === 'string') expect(ended.stderr[0]).toBe(`utad: ${message}`);
  else expect(ended.stderr[0]).toMatch(message);
  expect(await listing(cwd)).toEqual(before);
}

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'utad-custom-'));
  const size = ['--train', '14', '--good', '3', '--defective', '1'];
  await done('data', 'synth', '--out', 'data', '--category', 'washer', ...size);
  await done(...TRAIN, ...DETECTOR, '--out', 'runs/mean');
});

afterAll(() => rm(cwd, { recursive: true, force: true }));

/** Every image of a set as numbers in [0, 1]. */
async function imagesOf(data: Dataset): Promise<{ id: string; values: number[] }[]> {
  const images: { id: string; values: number[] }[] = [];
  for await (const { id, image } of data.records(Array.from({ length: data.count }, (_, index) => index))) {
    images.push({ id, values: Array.from(image, (byte) => byte / 255) });
  }
  return images;
}

describe("a stranger's detector, in a file of their own", () => {
  it('is trained, and its run records it as text', async () => {
    const config = await json('runs/mean/config.json');
    expect(config).toMatchObject({
      detector: 'mean-image',
      preset: 'plain',
      config: { size: 64, reduction: 'mean' },
      vgg19: null,
    });
    expect(fileURLToPath(config.module)).toBe(MEAN_IMAGE);
    expect(await json('runs/mean/history.json')).toMatchObject({ stages: [{ stage: 'mean-image' }] });
    const lines = (await readFile(join(cwd, 'runs/mean/events.jsonl'), 'utf8')).trim().split('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ type: 'stage', stage: 'mean-image' });
  });

  it('makes the same bundle twice, to the byte', async () => {
    const ended = await done(...TRAIN, ...DETECTOR, '--out', 'runs/again', '--json');
    expect(JSON.parse(ended.stdout)).toMatchObject({
      detector: 'mean-image',
      weights: {},
      images: { training: 13, heldOut: 1 },
      epochs: { 'mean-image': 1 },
    });
    for (const name of await listing(join(cwd, 'runs/mean/bundle'))) {
      if (!name.includes('.')) continue;
      const [one, two] = ['runs/mean', 'runs/again'].map((run) => readFile(join(cwd, run, 'bundle', name)));
      expect(await two, name).toEqual(await one);
    }
    expect(await listing(join(cwd, 'runs/again/bundle'))).toContain('utad.json');
  });

  it('scores as arithmetic on the same images does', async () => {
    const common = { root: join(cwd, 'data'), category: 'washer', size: [64, 64] } as const;
    const { training } = holdOut(await openDataset(MVTEC_AD, { ...common, split: 'train' }), { seed: 0 });
    const known = await imagesOf(training);
    const mean = known[0]?.values.map(
      (_, at) => known.reduce((sum, { values }) => sum + (values[at] ?? 0), 0) / known.length,
    );
    const test = await imagesOf(await openDataset(MVTEC_AD, { ...common, split: 'test' }));
    const hole = test.find(({ id }) => id === 'test/hole/000.png')?.values ?? [];
    const expected = hole.reduce((sum, x, at) => sum + Math.abs(x - (mean?.[at] ?? 0)), 0) / hole.length;

    const image = join('data', 'washer', 'test', 'hole', '000.png');
    const ended = await done('predict', 'runs/mean', image, ...DETECTOR, '--out', 'found', '--json');
    const { items, threshold } = JSON.parse(ended.stdout);
    expect(items).toHaveLength(1);
    expect(items[0].score).toBeCloseTo(expected, 5);
    expect(items[0].anomalous).toBe(items[0].score >= threshold);
    expect(await listing(join(cwd, 'found'))).toEqual(['000.map.png', '000.overlay.png']);
  });

  it('has no ONNX operators: it is neither predicted by ONNX Runtime nor exported', async () => {
    const image = join('data', 'washer', 'test', 'hole', '000.png');
    await refused(
      ['predict', 'runs/mean', image, ...DETECTOR, '--out', 'new', '--engine', 'onnx'],
      '--engine: expected tfjs for detectors of kind mean-image, received onnx',
    );
    const ended = await utad(['export', 'runs/mean', ...DETECTOR, '--out', 'new.onnx']);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr.at(-1)).toBe(
      'utad: expected a detector that can be written as ONNX operators; those of kind mean-image cannot',
    );
    expect(await listing(cwd)).not.toContain('new.onnx');
  });

  it('is evaluated to metrics and a report that speak of it, and of no equation of the paper', async () => {
    const ended = await done('evaluate', 'runs/mean', ...DETECTOR, '--json');
    const metrics = JSON.parse(ended.stdout);
    expect(await json('runs/mean/metrics.json')).toEqual(metrics);
    expect(metrics).toMatchObject({
      detector: 'mean-image',
      images: { good: 3, anomalous: 5 },
      weights: {},
      notes: [
        // One image of each type of defect.
        expect.stringMatching(/^Not defined: the interval of the image AUROC of .*; it takes two images/),
        'The detector has no latent codes to be shown.',
      ],
      pixelDifference: { mean: { imageAuroc: metrics.image.auroc } },
    });
    // The command line measures the same distance by itself, to the mean of all 14 training images.
    expect(Math.abs(metrics.image.auroc - metrics.meanImageAuroc)).toBeLessThan(0.1);
    for (const value of [metrics.image.auroc, metrics.pixel.auroc, metrics.pixel.iou.oracle]) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
    }
    const report = await readFile(join(cwd, 'runs/mean/report.html'), 'utf8');
    expect(report).toContain('mean-image on mvtec / washer');
    expect(report).toContain('|x - mean|, pixels');
    expect(report).not.toContain('Eq. 8');
    expect(report.match(/<article /g)).toHaveLength(8);
  });

  it('is told by info without the module, since nothing of it is needed for that', async () => {
    const ended = await done('info', 'runs/mean', '--json');
    expect(JSON.parse(ended.stdout)).toMatchObject({
      kind: 'mean-image',
      preset: 'plain',
      state: 'state.safetensors',
      thresholds: { images: 1 },
    });
  });

  it('has presets that are printed and read back', async () => {
    expect((await done('presets', ...DETECTOR)).stdout).toContain('plain (default)');
    const { stdout } = await done('presets', 'plain', ...DETECTOR);
    expect(parse(stdout)).toEqual({ size: 64, reduction: 'mean' });
    await writeFile(join(cwd, 'plain.yaml'), stdout);
    const config = ['--config', 'plain.yaml', '--set', 'reduction=max', '--limit', '4'];
    await done(...TRAIN, ...DETECTOR, ...config, '--out', 'runs/max');
    expect(await json('runs/max/config.json')).toMatchObject({ config: { size: 64, reduction: 'max' } });
    expect(await json('runs/max/bundle/utad.json')).toMatchObject({ score: { reduction: 'max' } });
  });
});

describe('a memory bank, in a file of its own', () => {
  beforeAll(async () => {
    await done(...TRAIN, ...NEAREST, '--out', 'runs/nearest');
    await done('evaluate', 'runs/nearest', ...NEAREST);
  });

  it('is stored as the vectors that it learned, and nothing else', async () => {
    const ended = await done('info', 'runs/nearest', '--json');
    expect(JSON.parse(ended.stdout)).toMatchObject({ kind: 'nearest-pixels', preset: 'plain' });
    expect(await listing(join(cwd, 'runs/nearest/bundle'))).toHaveLength(2);
    expect((await done('presets', ...NEAREST)).stdout).toContain('plain (default)');
    const { stdout } = await done('presets', 'plain', ...NEAREST);
    expect(parse(stdout)).toEqual({ size: 64, cell: 8 });
  });

  it('predicts with a score of its own, as the evaluation did', async () => {
    const image = join('data', 'washer', 'test', 'hole', '000.png');
    const ended = await done('predict', 'runs/nearest', image, ...NEAREST, '--out', 'near', '--json');
    const [item] = JSON.parse(ended.stdout).items;
    const { items } = await json('runs/nearest/scores.json');
    const scored = items.find(({ id }: { id: string }) => id === 'test/hole/000.png');
    expect(item.score).toBeGreaterThan(0);
    expect(item.score).toBe(scored.score);
    expect(await listing(join(cwd, 'near'))).toEqual(['000.map.png', '000.overlay.png']);
  });

  it('is evaluated and reported', async () => {
    const metrics = await json('runs/nearest/metrics.json');
    expect(metrics).toMatchObject({
      detector: 'nearest-pixels',
      images: { good: 3, anomalous: 5 },
      weights: {},
    });
    expect(metrics.image.auroc).toBeGreaterThan(0.5);
    expect(metrics.pixel.auroc).toBeGreaterThan(0.5);
    const report = await readFile(join(cwd, 'runs/nearest/report.html'), 'utf8');
    expect(report).toContain('nearest-pixels on mvtec / washer');
    expect(report.match(/<article /g)).toHaveLength(8);
  });

  it('is compared with another detector, image by image', async () => {
    await done('evaluate', 'runs/mean', ...DETECTOR);
    const both = ['compare', 'runs/nearest', 'runs/mean', ...NEAREST, ...DETECTOR];
    const ended = await done(...both, '--out', 'compared', '--json');
    expect(JSON.parse(ended.stdout).detectors).toMatchObject([
      { name: 'nearest-pixels' },
      { name: 'mean-image' },
    ]);
    expect(await listing(join(cwd, 'compared'))).toContain('comparison.html');
  });

  it('is trained again into the same run, and not from a checkpoint that it never had', async () => {
    const before = await json('runs/nearest/bundle/utad.json');
    await done('train', '--resume', '--out', 'runs/nearest', ...NEAREST);
    expect(await json('runs/nearest/bundle/utad.json')).toEqual(before);
  });
});

describe('is refused on one line, and nothing is written', () => {
  it('a bundle of a kind that nobody brings, whatever its run says of where it came from', async () => {
    const message = `expected a detector of kind two-stage, received mean-image; the run was made with --detector ${MEAN_IMAGE}: say so again`;
    await refused(['evaluate', 'runs/mean'], message);
    await refused(['predict', 'runs/mean', 'data/washer/test/hole', '--out', 'no'], message);
    await refused(['train', '--resume', '--out', 'runs/mean'], message);
    await refused(['evaluate', 'runs/mean', '--detector', 'two-stage'], message);
  });

  it('a mistake in its configuration, with its line', async () => {
    await writeFile(join(cwd, 'mine.yaml'), '# mine\nsize: large\n');
    await refused(
      [...TRAIN, ...DETECTOR, '--config', 'mine.yaml', '--out', 'no'],
      'mine.yaml:2:1: size: expected a whole number of pixels from 8, received "large"',
    );
  });

  it('what only the two-stage detector has', async () => {
    await refused([...TRAIN, ...DETECTOR, '--out', 'no', '--vgg19', '.'], /--vgg19: expected .* mean-image$/);
    await refused(
      [...TRAIN, ...DETECTOR, '--out', 'no', '--epochs', '3'],
      /--epochs: expected .* mean-image;/,
    );
    await refused(
      [...TRAIN, ...DETECTOR, '--out', 'no', '--preset', 'fast'],
      /mean-image: plain, received fast$/,
    );
  });

  it('options that a kind has not, and values that its own may not have', async () => {
    await writeFile(
      join(cwd, 'shortcuts.mjs'),
      `import makeMeanImage from ${JSON.stringify(MEAN_IMAGE)};
export default (context) => ({ ...makeMeanImage(context), kind: 'sized', shortcuts: { side: ['size'] } });
`,
    );
    const own = [...TRAIN, '--out', 'no', '--detector', './shortcuts.mjs'];
    await refused([...own, '--side', 'large'], /--side: size: expected .* pixels from 8, received "large"$/);
    await refused(
      [...own, '--coreset=0.1'],
      /--coreset: expected a detector that has this option, received sized, which has side; --set /,
    );
    await refused([...own, '--epochs', '3'], /--epochs: expected a detector that has this option, /);
    await refused(
      [...TRAIN, '--out', 'no', '--coreset', '3'],
      "unknown option '--coreset' (Did you mean --preset?)",
    );
  });

  it('a module that does not exist, is not written rightly, or needs what is not there', async () => {
    const from = (name: string) => [...TRAIN, '--out', 'no', '--detector', name];
    await refused(
      from('./none.mjs'),
      /--detector: expected two-stage, .* received \.\/none\.mjs, which is none/,
    );
    await writeFile(join(cwd, 'syntax.mjs'), 'const a = 1;\nexport default {,};\n');
    await refused(
      from('syntax.mjs'),
      /--detector syntax\.mjs:2: expected a module that loads, received SyntaxError: Unexpected token/,
    );
    await writeFile(join(cwd, 'lacks.mjs'), "import 'no-such-package';\nexport default {};\n");
    await refused(from('lacks.mjs'), /received Error: Cannot find package 'no-such-package'/);
    // Node 20 reports this one twice.
    await writeFile(join(cwd, 'throws.cjs'), "throw new Error('boom');\n");
    await writeFile(join(cwd, 'imports.mjs'), "import './throws.cjs';\nexport default {};\n");
    await refused(from('imports.mjs'), /--detector imports\.mjs: .* received Error: boom$/);
  });
});

it('a detector that saves no checkpoint is interrupted and begun again', async () => {
  // It waits in training until a file `go` is there.
  await writeFile(
    join(cwd, 'waits.mjs'),
    `import { existsSync } from 'node:fs';
import makeMeanImage from ${JSON.stringify(MEAN_IMAGE)};
export default (context) => {
  const meanImage = makeMeanImage(context);
  const create = async (config) => {
    const detector = await meanImage.create(config);
    const fit = detector.fit.bind(detector);
    return Object.assign(detector, {
      kind: 'waits',
      async fit(data, options) {
        const result = await fit(data, options);
        while (!existsSync('go')) {
          options.signal.throwIfAborted();
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        return result;
      },
    });
  };
  return { ...meanImage, kind: 'waits', create };
};
`,
  );
  const own = ['--detector', './waits.mjs'];
  const first = await utad([...TRAIN, ...own, '--out', 'runs/waits'], {
    onLine: (line, child) => {
      if (line.startsWith('mean-image: 1 epoch')) setTimeout(() => child.kill('SIGINT'), 100);
    },
  });
  expect(first.code).toBe(130);
  expect(first.stderr.at(-1)).toBe(
    'utad: interrupted; continue with: utad train --resume --out runs/waits --detector ./waits.mjs',
  );
  await writeFile(join(cwd, 'go'), '');
  await done('train', '--resume', '--out', 'runs/waits', ...own);
  const [waits, mean] = [await json('runs/waits/bundle/utad.json'), await json('runs/mean/bundle/utad.json')];
  expect(waits).toMatchObject({ kind: 'waits', files: mean.files, thresholds: mean.thresholds });
});

/** Copies a package's code, so that Node loads it a second time, and links what else it needs. */
async function copyPackage(name: string, from: string, to: string): Promise<void> {
  const manifestPath = createRequire(from).resolve(`${name}/package.json`);
  const folder = join(to, 'node_modules', name);
  const { main, dependencies = {} } = JSON.parse(await readFile(manifestPath, 'utf8'));
  await mkdir(dirname(join(folder, main)), { recursive: true });
  await cp(manifestPath, join(folder, 'package.json'));
  await cp(join(dirname(manifestPath), main), join(folder, main));
  for (const dependency of Object.keys(dependencies)) {
    if (dependency.startsWith('@types/')) continue;
    if (dependency.startsWith('@tensorflow/')) {
      await copyPackage(dependency, manifestPath, to);
      continue;
    }
    const link = join(to, 'node_modules', dependency);
    const found = createRequire(manifestPath)
      .resolve.paths(dependency)
      ?.map((path) => join(path, dependency));
    for (const target of found ?? []) await symlink(target, link, 'junction').catch(() => {});
  }
}

it('a module may import a copy of TensorFlow.js of its own, in silence', async () => {
  const project = join(cwd, 'project');
  await copyPackage('@tensorflow/tfjs', import.meta.url, project);
  const packages = (name: string) =>
    fileURLToPath(new URL(`../../../packages/${name}/dist/index.js`, import.meta.url));
  await writeFile(
    join(project, 'own.mjs'),
    `import * as tf from '@tensorflow/tfjs';
import makeMeanImage from ${JSON.stringify(MEAN_IMAGE)};
import * as core from ${JSON.stringify(packages('core'))};
import * as detector from ${JSON.stringify(packages('detector'))};
export default (context) => {
  if (context.tf.layers.dense === tf.layers.dense) throw new Error('expected a second copy');
  return makeMeanImage({ core, detector });
};
`,
  );
  const ended = await done(...TRAIN, '--detector', join('project', 'own.mjs'), '--out', 'runs/own');
  expect(ended.stderr).toEqual([
    expect.stringMatching(/^backend: /),
    expect.stringMatching(/^training on 13 images/),
    'mean-image: 1 epoch of 13 steps',
    expect.stringMatching(/^warning: The image threshold rests on 1 held-out good image: /),
  ]);
  const [own, mean] = [await json('runs/own/bundle/utad.json'), await json('runs/mean/bundle/utad.json')];
  expect(own).toEqual(mean);
});
