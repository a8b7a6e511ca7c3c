import { access, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PHOTO_DEFECTS } from '@utad/synthetic';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../src/program';
import { Output } from '../src/terminal/output';
import { runUtad } from './run-utad';

let folder = '';
/** Draws in this process, and gives the JSON document that it prints. */
async function synth(...args: string[]): Promise<unknown> {
  let printed = '';
  const output = new Output({ json: true, stdout: { write: (text) => (printed += text) } });
  const context = { output, signal: new AbortController().signal, seed: undefined, backend: undefined };
  const program = createProgram((work) => work(context));
  await program.parseAsync(['data', 'synth', ...args], { from: 'user' });
  return JSON.parse(printed);
}
const at = (...names: string[]) => join(folder, ...names);
const names = (...path: string[]) => readdir(at(...path)).then((found) => found.sort());

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'utad-photos-'));
  await synth(
    ...['--out', at('data'), '--category', 'bolt', '--size', '64'],
    ...['--train', '20', '--good', '1', '--defective', '1'],
  );
  await mkdir(at('photos'));
  for (const index of [0, 1, 2, 3]) {
    await cp(at('data/bolt/train/good', `00${index}.png`), at('photos', `part-${index}.png`));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('utad data synth --photos', () => {
  it('fills a test split with photographs of a folder, half of them with each defect', async () => {
    const said = await synth(
      '--photos',
      at('photos'),
      '--out',
      at('drawn'),
      '--defect',
      'hole',
      '--defect',
      'crack',
    );
    expect(said).toMatchObject({
      root: at('drawn'),
      category: 'photos',
      photos: { root: at('photos'), count: 4 },
      images: { good: 2, defective: 2 },
      defects: ['hole', 'crack'],
      seed: 0,
    });
    expect(await names('drawn', 'photos', 'test')).toEqual(['crack', 'good', 'hole']);
    const good = await names('drawn', 'photos', 'test', 'good');
    const damaged = [...(await names('drawn/photos/test/hole')), ...(await names('drawn/photos/test/crack'))];
    expect([...good, ...damaged].sort()).toEqual(['part-0.png', 'part-1.png', 'part-2.png', 'part-3.png']);
  });

  it('takes the training images of a product, some of them, in the numbers and the size asked for', async () => {
    const said = await synth(
      ...['--photos', at('data'), '--category', 'bolt', '--limit', '9', '--good', '4', '--defective', '3'],
      ...['--defect-size', '0.005', '--size', '48', '--out', at('some')],
    );
    expect(said).toMatchObject({
      category: 'bolt',
      photos: { count: 9 },
      images: { good: 4, defective: 3 * PHOTO_DEFECTS.length },
      size: [48, 48],
      defectSize: 0.005,
    });
    const direct = await synth('--photos', at('data', 'bolt'), '--defect', 'hole', '--out', at('direct'));
    expect(direct).toMatchObject({
      category: 'bolt',
      photos: { count: 20 },
      images: { good: 10, defective: 10 },
    });
  });

  it.each<[string[], string]>([
    [
      ['--photos', 'photos', '--train', '3'],
      '--train: expected none with photographs, which fill a test split alone, received 3',
    ],
    [
      ['--photos', 'photos', '--test-split', 'test'],
      '--test-split: expected none with photographs, which fill a test split alone, received test',
    ],
    [
      ['--photos', 'photos', '--held-out-of', 'run'],
      '--held-out-of: expected none with --photos, received run',
    ],
    [
      ['--held-out-of', 'run', '--limit', '3'],
      '--limit: expected none with --held-out-of, since the run says it, received 3',
    ],
    [['--dataset', 'folder'], '--dataset: expected none without --photos, received folder'],
    [
      ['--photos', 'photos', '--defect', 'missing'],
      `--defect: expected on photographs one of ${PHOTO_DEFECTS.join(', ')}, received missing`,
    ],
    [
      ['--photos', 'photos', '--good', '4'],
      'withDefects: expected good to be a whole number below 4, the photos, received 4',
    ],
    [['--photos', 'photos', '--category', 'bolt'], '--category: expected none for folder, received bolt'],
    [['--photos', 'nowhere'], 'expected a data set, found nothing at nowhere'],
    [['--photos', 'data'], 'category: expected bolt, received none'],
    [
      ['--held-out-of', 'photos'],
      'expected the folder of a run or a bundle, but photos has neither config.json nor utad.json',
    ],
  ])('refuses %j, and writes nothing', async (args, message) => {
    const placed = args.map((arg) => (['photos', 'data', 'nowhere'].includes(arg) ? at(arg) : arg));
    const refused = synth('--out', at('refused'), ...placed);
    const said = await refused.then(String, (error: Error) =>
      error.message.replaceAll(at('x').slice(0, -1), ''),
    );
    expect(said).toContain(message);
    await expect(access(at('refused'))).rejects.toThrow();
  });

  it('ends with 2 and one line where it refuses', async () => {
    const args = ['data', 'synth', '--photos', 'photos', '--out', 'refused', '--good', '4'];
    const { code, stdout, stderr } = await runUtad(args, { cwd: folder });
    expect([code, stdout, ...stderr]).toEqual([
      2,
      '',
      'utad: withDefects: expected good to be a whole number below 4, the photos, received 4',
    ]);
  });

  it('refuses to write among the photographs, or over what is there', async () => {
    await expect(synth('--photos', at('photos'), '--out', at('photos', 'drawn'))).rejects.toThrow(
      `--out: expected a folder outside ${at('photos')}, where the photographs are, received ${at('photos', 'drawn')}`,
    );
    await mkdir(at('mine'));
    await writeFile(at('mine', 'mine.txt'), 'mine');
    await expect(synth('--photos', at('photos'), '--out', at('mine'))).rejects.toThrow(
      `--out: expected a new folder, found ${at('mine')}; --force replaces it`,
    );
    await expect(synth('--photos', at('photos'), '--out', at('mine'), '--force')).rejects.toMatchObject({
      code: 'exists',
    });
    expect(await names('mine')).toEqual(['mine.txt']);
  });
});

describe('utad data synth --held-out-of', () => {
  const MEAN_IMAGE = fileURLToPath(
    new URL('../../../examples/custom-detector/mean-image.mjs', import.meta.url),
  );
  const done = async (...args: string[]) => {
    const ended = await runUtad([...args, '--json'], { cwd: folder });
    expect(ended.code, ended.stderr.join('\n')).toBe(0);
    return JSON.parse(ended.stdout);
  };

  it('draws on what a run was not trained on, and evaluate measures the run on it', async () => {
    const source = ['--dataset', 'mvtec', '--root', 'data', '--category', 'bolt', '--detector', MEAN_IMAGE];
    const trained = await done('train', ...source, '--out', 'run');
    expect(trained).toMatchObject({ images: { training: 18, heldOut: 2 } });
    const drawn = await done('data', 'synth', '--held-out-of', 'run', '--defect', 'hole', '--out', 'held');
    expect(drawn).toMatchObject({
      category: 'bolt',
      photos: { count: 2, heldOutOf: 'run' },
      images: { good: 1, defective: 1 },
    });
    // Which of them training saw is in the fingerprint of its images.
    const bundle = JSON.parse(await readFile(at('run', 'bundle', 'utad.json'), 'utf8'));
    const seen = bundle.training.fingerprint.split('#')[1].split(',').map(Number);
    const used = [...(await names('held/bolt/test/good')), ...(await names('held/bolt/test/hole'))];
    for (const name of used) expect(seen).not.toContain(Number(name.replace('.png', '')));

    const elsewhere = ['--dataset', 'mvtec', '--root', 'held', '--category', 'bolt', '--out', 'run-drawn'];
    const metrics = await done('evaluate', 'run', ...elsewhere, '--detector', MEAN_IMAGE);
    expect(metrics).toMatchObject({
      images: { good: 1, anomalous: 1 },
      image: { auroc: expect.any(Number) },
    });

    await rm(at('data/bolt/train/good/003.png'));
    const changed = await runUtad(['data', 'synth', '--held-out-of', 'run', '--out', 'again'], {
      cwd: folder,
    });
    expect([changed.code, changed.stderr.at(-1)]).toEqual([
      2,
      `utad: --held-out-of: expected the images that run was trained on, found others in ${at('data')}`,
    ]);
  });
});
