import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSynthetic } from '@utad/synthetic/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runExample } from './run-example';

let scratch: string;
let washers: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'utad-examples-'));
  const out = join(scratch, 'synthetic');
  await writeSynthetic({ out, categories: ['washer'], train: 8, good: 2, defective: 1, size: [64, 64] });
  washers = join(out, 'washer');
});
afterAll(() => rm(scratch, { recursive: true }));

describe('score-two-images', () => {
  const distanceIn = (line: string | undefined) => Number(/^distance (\S+) /.exec(line ?? '')?.[1]);

  it('finds the scratch, and nothing between an image and itself', async () => {
    const scratched = join(washers, 'test/scratch/000.png');
    const clean = join(washers, 'clean_twin/scratch/000.png');
    const [distance, place] = await runExample('score-two-images.mjs', scratched, clean);
    expect(distance).toMatch(/^distance 0\.\d{4} \(weights: random \(seed 0\)\)$/);
    expect(distanceIn(distance)).toBeGreaterThan(0.001);
    expect(place).toMatch(/^most different at row \d+, column \d+ of 128x128$/);
    const [row = -1, column = -1] = [...(place ?? '').matchAll(/(?:row|column) (\d+)/g)].map(([, at]) =>
      Number(at),
    );
    expect(await isNearDefect(join(washers, 'ground_truth/scratch/000_mask.png'), row / 2, column / 2)).toBe(
      true,
    );
    const [none] = await runExample('score-two-images.mjs', clean, clean);
    expect(distanceIn(none)).toBe(0);
  });
});

/** Whether a pixel of a 64x64 mask is defective within four pixels of a place. */
async function isNearDefect(path: string, row: number, column: number): Promise<boolean> {
  const { decodeMask } = await import('@utad/datasets/node');
  const mask = await decodeMask(await readFile(path), path, [64, 64]);
  return mask.some(
    (value, at) => value === 1 && Math.hypot(Math.floor(at / 64) - row, (at % 64) - column) <= 4,
  );
}

describe('score-two-folders', () => {
  it('puts the most different pair first, and tells of images without a counterpart', async () => {
    const [first, second] = [join(scratch, 'first'), join(scratch, 'second')];
    const [clean, scratched] = [
      join(washers, 'clean_twin/scratch/000.png'),
      join(washers, 'test/scratch/000.png'),
    ];
    for (const folder of [first, second]) await mkdir(folder);
    await copyFile(clean, join(first, 'same.png'));
    await copyFile(clean, join(second, 'same.png'));
    await copyFile(clean, join(first, 'scratched.png'));
    await copyFile(scratched, join(second, 'scratched.png'));
    await copyFile(clean, join(first, 'alone.png'));
    await copyFile(clean, join(second, 'lonely.png'));
    expect(await runExample('score-two-folders.mjs', first, second, '--size=64')).toEqual([
      '2 pairs, most different first (weights: random (seed 0))',
      expect.stringMatching(/^0\.\d*[1-9]\d* scratched$/),
      '0.0000 same',
      'without a counterpart: alone, lonely',
    ]);
  });
});

describe('perceptual-loss', () => {
  it('lets a network learn: the distance falls, and the pixels come nearer though no one asked for them', async () => {
    const lines = await runExample('perceptual-loss.mjs', '--steps=30');
    const distances = lines.slice(0, -1).map((line) => Number(/^step \d+: distance (\S+)$/.exec(line)?.[1]));
    expect(distances).toHaveLength(4);
    expect(distances.at(-1)).toBeLessThan(0.9 * (distances[0] ?? 0));
    const [, before, after] = /: (\S+) before, (\S+) after$/.exec(lines.at(-1) ?? '') ?? [];
    expect(Number(after)).toBeLessThan(0.95 * Number(before));
  });
});

describe('train-on-a-folder', () => {
  it('trains both stages, writes a run and tells of every new image', async () => {
    const run = join(scratch, 'run');
    const lines = await runExample(
      'train-on-a-folder.mjs',
      join(washers, 'train'),
      join(washers, 'test/good'),
      run,
      '--preset=small',
      '--epochs=1',
    );
    expect(lines.filter((line) => /^\S+-net /.test(line))).toEqual([
      expect.stringMatching(/^ie-net 1 \d+\.\d{4}$/),
      expect.stringMatching(/^expert-net 1 \d+\.\d{4}$/),
    ]);
    expect(lines.slice(-2)).toEqual([
      expect.stringMatching(/good\/000\.png \d+\.\d{4} (good|anomalous)$/),
      expect.stringMatching(/good\/001\.png \d+\.\d{4} (good|anomalous)$/),
    ]);
    const manifest = JSON.parse(await readFile(join(run, 'bundle/utad.json'), 'utf8'));
    expect(manifest).toMatchObject({ kind: 'two-stage', training: { images: 7 }, thresholds: { images: 1 } });
    expect(manifest.config.training.ieNet.epochs).toBe(1);
  });
});

describe('custom-backbone', () => {
  it('sees a spot with layers of a model', async () => {
    const [spot, equal] = await runExample('custom-backbone.mjs');
    expect(equal).toBe('a distance of equal images: 0');
    const [, row, column] = /is seen at row (\d+), column (\d+)$/.exec(spot ?? '') ?? [];
    expect(Number(row)).toBeGreaterThanOrEqual(18);
    expect(Number(row)).toBeLessThanOrEqual(25);
    expect(Number(column)).toBeGreaterThanOrEqual(4);
    expect(Number(column)).toBeLessThanOrEqual(11);
  });
});

describe('metrics-only', () => {
  it('measures the four scores of the textbook by itself', async () => {
    expect(await runExample('metrics-only.mjs')).toEqual([
      'image AUROC 0.7500',
      'found without a false alarm: 0.5',
      // 0.1 + 0.95 * 0.3
      'threshold 0.3850',
      // At 0.5 one of three is wrong; no threshold is better.
      'IoU 0.6667, at the best threshold 0.6667',
    ]);
  });

  it('measures a file of labels and scores', async () => {
    const file = join(scratch, 'scores.csv');
    await writeFile(file, '0,1\r\n0,2\r\n1,3\r\n');
    expect((await runExample('metrics-only.mjs', file))[0]).toBe('image AUROC 1.0000');
  });
});

describe('loaders-only', () => {
  it('reads what it wrote: records and batches', async () => {
    const [categories, counts, first, second, ...batches] = await runExample('loaders-only.mjs');
    expect(categories).toBe('categories: washer, wood');
    expect(counts).toBe('10 good images: 9 to train on, 1 held out');
    expect(first).toMatch(
      /^test\/\w+\/000\.png: label 1, 12288 bytes, share of defective pixels 0\.0[2-9]\d*$/,
    );
    expect(second).toMatch(/, 12288 bytes, share of defective pixels 0\.0[2-9]\d*$/);
    expect(batches).toEqual([
      expect.stringMatching(/^batch \[8,64,64,3\] of 8 images, mean 0\.\d{3}$/),
      expect.stringMatching(/^batch \[1,64,64,3\] of 1 images, mean 0\.\d{3}$/),
    ]);
  });

  it('reads a data set that is there', async () => {
    const lines = await runExample('loaders-only.mjs', join(scratch, 'synthetic'), 'washer');
    expect(lines.slice(0, 2)).toEqual(['categories: washer', '8 good images: 7 to train on, 1 held out']);
  });
});

it('every example is named in the README, and run here or in a file beside this one', async () => {
  const examples = new URL('../', import.meta.url);
  const readme = await readFile(new URL('README.md', examples), 'utf8');
  const tests = await Promise.all(
    ['examples.test.ts', 'in-the-browser.test.ts'].map((file) =>
      readFile(new URL(file, import.meta.url), 'utf8'),
    ),
  );
  const files = (await readdir(examples)).filter((name) => name.endsWith('.mjs'));
  expect(files.length).toBeGreaterThanOrEqual(5);
  for (const file of files) {
    expect(readme, file).toContain(`](${file})`);
    expect(tests.join(), file).toContain(`'${file}'`);
  }
});
