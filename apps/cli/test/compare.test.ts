import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gridOf } from '../../../packages/pipeline/src/node/compare-grid';
import { nameDetectors } from '../../../packages/pipeline/src/node/compare-names';
import { readEvaluatedRun } from '../../../packages/pipeline/src/node/compare-run';
import { listing } from '../../../scripts/testing/listing';
import { type Ended, runUtad, TINY } from './run-utad';

let cwd = '';
const utad = (...args: string[]) => runUtad(args, { cwd });
const json = async (path: string) => JSON.parse(await readFile(join(cwd, path), 'utf8'));

function expectDone({ code, stderr }: Ended): void {
  expect(code, stderr.join('\n')).toBe(0);
}

/** Runs a command that must fail without a trace: one line that matches, and the folder as it was. */
async function refused(args: string[], message: RegExp): Promise<void> {
  const before = await listing(cwd);
  const ended = await utad(...args);
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toHaveLength(1);
  expect(ended.stderr[0]).toMatch(message);
  expect(await listing(cwd)).toEqual(before);
}

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'utad-compare-'));
  const size = ['--train', '14', '--good', '3', '--defective', '2'];
  expectDone(await utad('data', 'synth', '--out', 'data', '--category', 'washer', ...size));
  const train = ['train', '--dataset', 'mvtec', '--root', 'data', '--category', 'washer', ...TINY];
  expectDone(await utad(...train, '--out', 'runs/a'));
  expectDone(await utad(...train, '--seed', '1', '--out', 'runs/a1'));
  expectDone(await utad(...train, '--set', 'ieNet.latent=8', '--out', 'runs/b'));
  await cp(join(cwd, 'runs/b'), join(cwd, 'runs/unevaluated'), { recursive: true });
  for (const name of ['a', 'a1', 'b']) expectDone(await utad('evaluate', `runs/${name}`));
});

afterAll(() => rm(cwd, { recursive: true, force: true }));

describe('compare', () => {
  it('writes a comparison of two detectors, one of which has two seeds', async () => {
    const ended = await utad('compare', 'runs/a', 'runs/a1', 'runs/b', '--out', 'compared', '--json');
    expectDone(ended);
    const document = JSON.parse(ended.stdout);
    expect(await json('compared/comparison.json')).toEqual(document);
    expect(document.detectors.map(({ name }: { name: string }) => name)).toEqual([
      'small, ieNet.latent 4',
      'small, ieNet.latent 8',
    ]);
    const [dataset] = document.datasets;
    const mean = (detector: string) =>
      dataset.means.find(
        (one: { detector: string; metric: string }) =>
          one.detector === detector && one.metric === 'imageAuroc',
      );
    const aurocs = await Promise.all(
      ['a', 'a1', 'b'].map(async (name) => (await json(`runs/${name}/metrics.json`)).image.auroc),
    );
    const [first = 0, second = 0, other = 0] = aurocs;
    expect(mean('small, ieNet.latent 4').mean).toBeCloseTo((first + second) / 2, 12);
    expect(mean('small, ieNet.latent 4').deviationOverSeeds).toBeCloseTo(
      Math.abs(first - second) / Math.SQRT2,
      12,
    );
    expect(mean('small, ieNet.latent 8')).toMatchObject({ mean: other, deviationOverSeeds: null });
    const difference = dataset.differences.find(
      (one: { a: string; b: string; metric: string }) =>
        one.a === 'runs/a' && one.b === 'runs/b' && one.metric === 'imageAuroc',
    );
    expect(difference.difference).toBeCloseTo(first - other, 12);
    // Of two detectors, by seed: neither two seeds of one, nor a seed with another one.
    expect(new Set(dataset.differences.map(({ a, b }: { a: string; b: string }) => `${a} ${b}`))).toEqual(
      new Set(['runs/a runs/b']),
    );
    const means = dataset.meanDifferences.find(({ metric }: { metric: string }) => metric === 'imageAuroc');
    const average = (first + second) / 2;
    expect(means.pValue).toBe(average === other ? null : 1);
    // Good ones and five types of defect, each predicted by both.
    expect(document.grid.images).toHaveLength(6);
    const page = await readFile(join(cwd, 'compared/comparison.html'), 'utf8');
    expect(page.match(/<img /g)).toHaveLength(6 * (2 + 2 * 2));
    // The scores shown are those of the evaluation: the same network saw the same image.
    const { items } = await json('runs/b/scores.json');
    const shown = document.grid.images[0].id;
    const { score } = items.find(({ id }: { id: string }) => id === shown);
    expect(page).toContain(
      `</b> score ${score.toLocaleString('en-GB', { maximumSignificantDigits: 3, minimumSignificantDigits: 3 })}`,
    );
  });

  it('opens no detector without the grid, and shows a table to people', async () => {
    const ended = await utad(
      'compare',
      'runs/a',
      'runs/b',
      '--no-grid',
      '--name',
      'runs/b=wide',
      '--out',
      'plain',
    );
    expectDone(ended);
    expect(ended.stdout).toMatch(/^image AUROC, mvtec +small +wide\nwasher +\d\.\d{3} +\d\.\d{3}\nmean/);
    expect(ended.stderr.join()).not.toContain('backend');
    expect((await json('plain/comparison.json')).grid).toBeNull();
    await refused(['compare', 'runs/a', 'runs/b', '--out', 'plain'], /comparison\.html exists; --force/);
    expectDone(await utad('compare', 'runs/a', 'runs/b', '--no-grid', '--force', '--out', 'plain'));
  });

  it('pairs no runs with other test images, and says so', async () => {
    await cp(join(cwd, 'runs/b'), join(cwd, 'runs/fewer'), { recursive: true });
    expectDone(await utad('evaluate', 'runs/fewer', '--limit', '8'));
    const ended = await utad('compare', 'runs/a', 'runs/fewer', '--out', 'mixed', '--json');
    expectDone(ended);
    const { datasets, notes } = JSON.parse(ended.stdout);
    expect(datasets[0].differences).toEqual([]);
    expect(datasets[0].refused[0].reason).toMatch(
      /^The test images differ: \d images in both, \d in the first alone, 0/,
    );
    expect(notes.join()).toContain('reduced to at most 8 images');
  });

  it('refuses what it cannot compare, and says what to do', async () => {
    const to = ['--out', 'none'];
    await refused(['compare', 'runs/a', ...to], /expected two runs or more, received 1/);
    await refused(['compare', 'runs/a', './runs/a', ...to], /which are one folder/);
    await refused(['compare', 'runs/a', 'data', ...to], /data has no config\.json/);
    await refused(['compare', 'runs/a', 'nowhere', ...to], /nowhere does not exist/);
    await refused(
      ['compare', 'runs/a', 'runs/unevaluated', ...to],
      /no .*metrics\.json; write it with: utad evaluate runs\/unevaluated$/,
    );
    await cp(join(cwd, 'runs/a'), join(cwd, 'runs/twin'), { recursive: true });
    await refused(
      ['compare', 'runs/a', 'runs/twin', ...to],
      /expected one run of small on mvtec \/ washer, seed 0, received runs\/a and runs\/twin; --name tells/,
    );
    await refused(
      ['compare', 'runs/a', 'runs/b', '--name', 'runs/c=x', ...to],
      /--name: expected one of the runs/,
    );
    const scores = await json('runs/twin/scores.json');
    const { image } = await json('runs/twin/metrics.json');
    for (const item of scores.items) {
      if (item.label === 1) item.score = image.auroc === 1 ? -1e9 : 1e9;
    }
    await writeFile(join(cwd, 'runs/twin/scores.json'), JSON.stringify(scores));
    await refused(['compare', 'runs/a', 'runs/twin', ...to], /of one evaluation, received an image AUROC of/);
    await writeFile(join(cwd, 'runs/twin/scores.json'), '{"weights":{}}');
    await refused(
      ['compare', 'runs/a', 'runs/twin', ...to],
      /scores\.json: .*items: .*utad evaluate runs\/twin$/,
    );
  });

  it('leaves no tensor behind, however many detectors it opens', async () => {
    const runs = [await readEvaluatedRun(join(cwd, 'runs/a')), await readEvaluatedRun(join(cwd, 'runs/b'))];
    const draw = () => gridOf(nameDetectors(runs, new Map()), { assets: { vgg19: 'random' } });
    await draw();
    const before = tf.memory().numTensors;
    const { rows } = await draw();
    expect(rows.map(({ cells }) => cells.length)).toEqual([2, 2, 2, 2, 2, 2]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a grid of images that are not what they were', async () => {
    await cp(join(cwd, 'data'), join(cwd, 'kept'), { recursive: true });
    await rm(join(cwd, 'data/washer/test/good/000.png'));
    try {
      const ended = await utad('compare', 'runs/a', 'runs/b', '--out', 'gone');
      expect(ended.code).toBe(2);
      expect(ended.stderr.at(-1)).toMatch(/expected the 13 images .* received 12 test images; .*--no-grid$/);
    } finally {
      await rm(join(cwd, 'data'), { recursive: true });
      await cp(join(cwd, 'kept'), join(cwd, 'data'), { recursive: true });
    }
  });
});
