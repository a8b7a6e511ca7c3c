import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { holdLock } from '@utad/files/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listing } from '../../../scripts/testing/listing';
import { type RunOptions, runUtad } from './run-utad';

const DETECTOR = [
  '--detector',
  fileURLToPath(new URL('../../../examples/custom-detector/mean-image.mjs', import.meta.url)),
];
const TRAIN = ['train', ...DETECTOR, '--dataset', 'mvtec', '--root', 'data', '--category', 'washer'];

let cwd = '';
const utad = (args: readonly string[], options: Partial<RunOptions> = {}) =>
  runUtad([...args, '--backend', 'cpu'], { cwd, ...options });
const predict = (args: readonly string[], options: Partial<RunOptions> = {}) =>
  utad(['predict', 'run', ...DETECTOR, ...args], options);

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'utad-predict-'));
  const counts = ['--train', '6', '--good', '1', '--defective', '1'];
  for (const args of [
    ['data', 'synth', '--out', 'data', '--category', 'washer', ...counts],
    [...TRAIN, '--out', 'run'],
  ]) {
    const ended = await utad(args);
    expect(ended.code, ended.stderr.join('\n')).toBe(0);
  }
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

describe('predict', () => {
  it('takes the names of images from standard input, and ends with 3 on an anomaly where asked to', async () => {
    const image = 'data/washer/test/good/000.png';
    const args = ['--files-from', '-', '--out', 'found', '--csv', 'table.csv', '--json'];
    const plain = await predict(args, { input: `${image}\n` });
    expect(plain.code, plain.stderr.join('\n')).toBe(0);
    const { items, threshold } = JSON.parse(plain.stdout);
    expect(items).toHaveLength(1);
    const table = await readFile(join(cwd, 'table.csv'), 'utf8');
    expect(table).toMatch(/^path,score,.*,error,boxes\r\n/);
    // What another one left is gone on with.
    const again = await predict([
      image,
      'data/washer/test/hole',
      ...args.slice(2),
      '--resume',
      '--fail-on-anomaly',
    ]);
    const all: { anomalous: boolean }[] = JSON.parse(again.stdout).items;
    const anomalous = all.filter((item) => item.anomalous).length;
    expect(all[0]).toEqual(items[0]);
    expect(again.code).toBe(anomalous > 0 ? 3 : 0);
    expect(anomalous, `scores at least ${threshold}`).toBeGreaterThan(0);
    expect(again.stderr.at(-1)).toBe(`utad: ${anomalous} of 2 images are anomalous`);
  });

  it('refuses in one line what would hang, or lose what is read', async () => {
    spawnSync('mkfifo', [join(cwd, 'pipe')]);
    const image = 'data/washer/test/good/000.png';
    const before = await listing(cwd);
    for (const [args, code, message] of [
      [[image, '--csv', 'pipe', '--force'], 2, /expected a file, but pipe is a pipe/],
      [
        [image, '--csv', image, '--force'],
        2,
        /expected another file to write than .*000\.png, which is read/,
      ],
      [
        [image, '--out', '/proc/utad/found'],
        2,
        /folder can be made|expected to make the folder \/proc\/utad/,
      ],
      [['pipe', '--out', 'other'], 1, /1 of 1 images could not be read/],
      [
        ['--files-from', 'pipe'],
        2,
        /--files-from: expected a file, but pipe is a pipe; - reads standard input/,
      ],
    ] as const) {
      const ended = await predict(args);
      expect([ended.code, ended.stderr.at(-1)]).toEqual([code, expect.stringMatching(message)]);
    }
    const config = await utad([...TRAIN, '--config', 'pipe', '--out', 'new']);
    expect([config.code, config.stderr.at(-1)]).toEqual([2, expect.stringMatching(/pipe is a pipe$/)]);
    expect(await listing(cwd)).toEqual(before);
    expect((await stat(join(cwd, image))).size).toBeGreaterThan(0);
  });
});

it('a run that another process works on is left alone', async () => {
  const release = await holdLock(join(cwd, 'run'), 'train');
  try {
    const before = await listing(cwd);
    for (const args of [
      [...TRAIN, '--out', 'run', '--force'],
      ['train', '--resume', ...DETECTOR, '--out', 'run'],
      ['evaluate', 'run', ...DETECTOR],
    ]) {
      const ended = await utad(args);
      expect([ended.code, ended.stderr]).toEqual([
        1,
        [
          expect.stringMatching(
            new RegExp(`^utad: run is in use by train, process ${process.pid} on \\S+ since \\S+$`),
          ),
        ],
      ]);
    }
    expect(await listing(cwd)).toEqual(before);
  } finally {
    await release();
  }
  expect(await listing(cwd)).not.toContain('.run.lock');
});
