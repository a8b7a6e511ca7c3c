import { createHash, randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listing } from '../../../scripts/testing/listing';
import { type Ended, type RunOptions, runUtad } from './run-utad';

const MEAN_IMAGE = fileURLToPath(
  new URL('../../../examples/custom-detector/mean-image.mjs', import.meta.url),
);

let cwd = '';
const utad = (args: readonly string[], options: Partial<RunOptions> = {}) =>
  runUtad(args, { cwd, ...options });

const DETECTOR = ['--detector', './stops.mjs'];
const EVALUATE = ['evaluate', 'run', ...DETECTOR, '--out', 'out/new', '--maps', '--overlays', 'out/seen'];

/** Of 28 test images in 4 batches it says that it is at the third, and waits there until a file is there, or fails. */
const STOPS = `import { existsSync, writeSync } from 'node:fs';
import makeMeanImage from ${JSON.stringify(MEAN_IMAGE)};
export default (context) => {
  const meanImage = makeMeanImage(context);
  const stopping = (detector) => {
    const predict = detector.predict.bind(detector);
    let batches = 0;
    return Object.assign(detector, {
      async predict(...given) {
        batches += 1;
        if (batches === 3 && process.env.STOPS === 'wait') {
          writeSync(2, 'at the third batch\\n');
          const nap = new Int32Array(new SharedArrayBuffer(4));
          while (!existsSync(process.env.STOPS_UNTIL)) Atomics.wait(nap, 0, 0, 20);
        }
        if (batches === 3 && process.env.STOPS === 'fail') throw new Error('no more');
        return predict(...given);
      },
    });
  };
  return { ...meanImage, restore: async (...given) => stopping(await meanImage.restore(...given)) };
};
`;

function expectDone({ code, stderr }: Ended): void {
  expect(code, stderr.join('\n')).toBe(0);
}

/** Every file of a folder with what is in it. */
async function contents(folder: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const name of await listing(folder)) {
    const path = join(folder, name);
    hashes[name] = (await stat(path)).isDirectory()
      ? 'a folder'
      : createHash('sha256')
          .update(await readFile(path))
          .digest('hex');
  }
  return hashes;
}

const ways = {
  'interrupted by Ctrl-C': () => {
    // Beside the working folder, whose files are compared.
    const sent = `${cwd}-${randomUUID()}`;
    return {
      env: { STOPS: 'wait', STOPS_UNTIL: sent },
      onLine: (line, child) => {
        if (line !== 'at the third batch') return;
        child.kill('SIGINT');
        writeFileSync(sent, '');
        child.once('close', () => rmSync(sent));
      },
    };
  },
  'that fails': () => ({ env: { STOPS: 'fail' } }),
} satisfies Record<string, () => Partial<RunOptions>>;

const ends = {
  'interrupted by Ctrl-C': { code: 130, last: 'utad: interrupted' },
  'that fails': { code: 1, last: 'utad: no more' },
} as const;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'utad-stopped-'));
  const size = ['--train', '10', '--good', '8', '--defective', '4'];
  expectDone(await utad(['data', 'synth', '--out', 'data', '--category', 'washer', ...size]));
  await writeFile(join(cwd, 'stops.mjs'), STOPS);
  const from = ['--dataset', 'mvtec', '--root', 'data', '--category', 'washer'];
  expectDone(await utad(['train', ...from, ...DETECTOR, '--out', 'run']));
});

afterAll(() => rm(cwd, { recursive: true, force: true }));

describe('an evaluation', () => {
  beforeEach(() => rm(join(cwd, 'out'), { recursive: true, force: true }));

  it.each(['interrupted by Ctrl-C', 'that fails'] as const)('%s leaves nothing', async (way) => {
    const before = await contents(cwd);
    const ended = await utad(EVALUATE, ways[way]());
    expect(ended.code).toBe(ends[way].code);
    expect(ended.stderr.at(-1)).toBe(ends[way].last);
    expect(await contents(cwd)).toEqual(before);
  });

  it('that was interrupted leaves the way free for the next, which needs no --force', async () => {
    await utad(EVALUATE, ways['interrupted by Ctrl-C']());
    expectDone(await utad(EVALUATE));
    const written = await listing(join(cwd, 'out'));
    expect(written.filter((name) => name.endsWith('.tiff'))).toHaveLength(28);
    expect(written.filter((name) => name.endsWith('.overlay.png'))).toHaveLength(28);
    expect(written).toEqual(
      expect.arrayContaining([join('new', 'metrics.json'), join('new', 'report.html')]),
    );
    expect(written.filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  it('that was interrupted leaves earlier results as they were under --force, which a whole one replaces', async () => {
    expectDone(await utad([...EVALUATE, '--limit', '6']));
    await writeFile(join(cwd, 'out/new/maps/washer/test/mine.txt'), 'mine');
    const before = await contents(cwd);
    expect(await utad([...EVALUATE, '--force'], ways['interrupted by Ctrl-C']())).toMatchObject({
      code: 130,
    });
    expect(await contents(cwd)).toEqual(before);
    expectDone(await utad([...EVALUATE, '--force']));
    const written = await listing(join(cwd, 'out'));
    expect(written.filter((name) => name.endsWith('.tiff'))).toHaveLength(28);
    expect(JSON.parse(await readFile(join(cwd, 'out/new/scores.json'), 'utf8')).items).toHaveLength(28);
    expect(await readFile(join(cwd, 'out/new/maps/washer/test/mine.txt'), 'utf8')).toBe('mine');
  });
});
