import { spawnSync } from 'node:child_process';
import { link, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageBatch, Size } from '@utad/core';
import type { Prediction } from '@utad/detector';
import { withExclusive, writeFileAtomic } from '@utad/files/node';
import type { PipelineEvent } from '@utad/pipeline';
import { listInputs, type PredictedItem, type PredictRunOptions, predict } from '@utad/pipeline/node';
import { floatTiff } from '@utad/report';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder = '';
const at = (...names: string[]) => join(folder, ...names);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'utad-resume-'));
  await mkdir(at('photos'));
});
afterEach(() => rm(folder, { recursive: true }));

const inputSize: Size = [4, 4];
const thresholds = { image: 0.5, pixel: 0.5, images: 1 };

/** Its map is the red channel, its score the largest value of that; how many images it has seen is counted. */
class Redness {
  readonly inputSize = inputSize;
  seen = 0;

  async predict({ data, shape }: ImageBatch): Promise<Prediction> {
    this.seen += shape[0];
    const maps = Float32Array.from({ length: data.length / 3 }, (_, pixel) => (data[3 * pixel] ?? 0) / 255);
    return { scores: Float32Array.of(Math.max(...maps)), maps, mapSize: inputSize };
  }
}

async function draw(name: string, red: number, width = 8, height = 8): Promise<string> {
  const image = sharp({ create: { width, height, channels: 3, background: { r: red, g: 0, b: 0 } } });
  await writeFile(at('photos', name), await image.png().toBuffer());
  return at('photos', name);
}

const predictions = (options: PredictRunOptions, detector = new Redness(), image = thresholds.image) =>
  predict({ detector, manifest: { thresholds: { ...thresholds, image } } }, at('photos'), options);

async function all(options: PredictRunOptions, detector = new Redness(), image = thresholds.image) {
  const items: PredictedItem[] = [];
  for await (const item of predictions(options, detector, image)) items.push(item);
  return items;
}

/** Predicts the first images only, as a process that is ended then. */
async function some(count: number, options: PredictRunOptions): Promise<void> {
  let done = 0;
  for await (const _ of predictions(options)) if (++done === count) return;
}

const listing = async (path: string) => (await readdir(path, { recursive: true })).sort();
const text = (path: string) => readFile(path, 'utf8');

describe('a table of predictions', () => {
  const options = () => ({ out: at('out'), csv: at('table.csv'), tiff: true });
  let quiet = '';
  beforeEach(async () => {
    for (const [index, red] of [0, 255, 90, 255].entries()) await draw(`=${index}, "${index}".png`, red);
    await all({ ...options() });
    quiet = await text(at('table.csv'));
    await rm(at('out'), { recursive: true });
    await rm(at('table.csv'));
  });

  it('grows row by row, and goes on after the rows that are there, to the table of a quiet run', async () => {
    for (const [count, seen] of [
      [1, 4],
      [2, 3],
      [1, 2],
    ] as const) {
      const rows = predictions({ ...options(), resume: true });
      for (let n = 0; n < 4 - seen + count; n++) await rows.next();
      const partial = await text(at('table.csv.partial'));
      expect(quiet.startsWith(partial)).toBe(true);
      expect(partial.split('\r\n')).toHaveLength(2 + 4 - seen + count);
      await rows.return([]);
    }
    const detector = new Redness();
    const items = await all({ ...options(), resume: true }, detector);
    expect(detector.seen).toBe(1);
    expect(items.map(({ anomalous, regions }) => [anomalous, regions.length])).toEqual([
      ...[
        [false, 0],
        [true, 1],
        [false, 0],
        [true, 1],
      ],
    ]);
    expect(await text(at('table.csv'))).toBe(quiet);
    expect(await listing(folder)).not.toContain('table.csv.partial');
    // Once more, nothing is left to do; and without `resume` it all is.
    const again = new Redness();
    expect(await all({ ...options(), resume: true }, again)).toEqual(items);
    expect(again.seen).toBe(0);
    await all(options(), again);
    expect(again.seen).toBe(4);
    expect(await text(at('table.csv'))).toBe(quiet);
  });

  it('loses half a row, and rows whose pictures are gone', async () => {
    await some(3, options());
    const partial = await text(at('table.csv.partial'));
    await writeFile(at('table.csv.partial'), `${partial}${partial.split('\r\n')[1]?.slice(0, -9)}`);
    await rm(at('out', '=0, "0".overlay.png'));
    const detector = new Redness();
    await all({ ...options(), resume: true }, detector);
    expect(detector.seen).toBe(2);
    expect(await text(at('table.csv'))).toBe(quiet);
  });

  it('keeps what failed with its reason, and tries it again in its place', async () => {
    const blocked = at('out', '=1, "1".map.png');
    await mkdir(join(blocked, 'in the way'), { recursive: true });
    const notes: PipelineEvent[] = [];
    const items = await all({ ...options(), onEvent: (event) => notes.push(event) });
    expect(items[1]).toMatchObject({ score: 1, anomalous: true, map: null, overlay: null, tiff: null });
    expect(items[1]?.error).toMatch(
      /"1"\.png: its files cannot be written: expected a file, but .* is a folder$/,
    );
    expect(notes).toContainEqual({ type: 'note', message: items[1]?.error });
    expect(items.map(({ error }) => error === null)).toEqual([true, false, true, true]);
    await rm(blocked, { recursive: true });
    const detector = new Redness();
    await all({ ...options(), resume: true }, detector);
    expect(detector.seen).toBe(1);
    expect(await text(at('table.csv'))).toBe(quiet);
  });

  it('is not gone on with by another detector, nor where it is another table, or none is asked for', async () => {
    await some(3, options());
    const detector = new Redness();
    const refused = (changes: PredictRunOptions, message: string, image = 0.5) =>
      expect(all({ ...options(), resume: true, ...changes }, detector, image)).rejects.toMatchObject({
        ...{ name: 'PipelineError', code: 'usage', message },
      });
    const other = 'expected a table of the same detector, received other thresholds, to go on with';
    await refused({}, `\`resume\`: ${other} ${at('table.csv')}`, 0.4);
    await refused(
      { csv: undefined },
      '`resume`: expected `csv`, whose rows tell what is done, received none',
    );
    await writeFile(at('table.csv.partial'), 'a,b\r\n1,2\r\n');
    const table = 'expected a table of predictions, to go on with';
    await refused({}, `\`resume\`: ${table} ${at('table.csv')}`);
    expect(detector.seen).toBe(0);
  });

  it('says when it is interrupted how to go on', async () => {
    const stop = new AbortController();
    const rows = predictions({ ...options(), signal: stop.signal });
    await rows.next();
    stop.abort(new Error('enough'));
    await expect(rows.next()).rejects.toMatchObject({
      ...{ name: 'PipelineError', code: 'interrupted', cause: stop.signal.reason },
      message: `interrupted; the rows of 1 of 4 images are in ${at('table.csv.partial')}, \`resume\` goes on from there`,
    });
  });

  it('that cannot be written is found out before anything is predicted', async () => {
    const detector = new Redness();
    for (const csv of [join(await draw('z.png', 0), 'table.csv'), at('photos'), '/dev/null']) {
      await expect(all({ csv }, detector)).rejects.toThrow(/ENOTDIR|EEXIST|expected a file/);
    }
    expect(detector.seen).toBe(0);
  });
});

it.runIf(process.platform === 'linux')(
  'a folder that cannot be made or written ends it before the first image',
  async () => {
    await draw('a.png', 255);
    await writeFile(at('file'), '');
    const detector = new Redness();
    for (const [out, message] of [
      ['/proc/utad/out', /^expected to make the folder \/proc\/utad, but \/proc takes none$/],
      [at('file'), /EEXIST/],
    ] as const) {
      await expect(all({ out }, detector)).rejects.toThrow(message);
    }
    expect(detector.seen).toBe(0);
    expect(await listing(folder)).toEqual(['file', 'photos', 'photos/a.png']);
  },
);

describe('what is read', () => {
  it('is never written over, whatever it is called', async () => {
    const photo = await draw('a.tiff', 255);
    await link(photo, at('hard.csv'));
    await symlink(photo, at('soft.csv'));
    const before = await readFile(photo);
    const detector = new Redness();
    for (const options of [
      { out: at('photos'), tiff: true },
      { csv: photo },
      { csv: at('hard.csv') },
      { csv: at('soft.csv') },
    ]) {
      await expect(all(options, detector)).rejects.toMatchObject({ name: 'FileError', code: 'input' });
    }
    await writeFile(at('list'), '');
    await expect(all({ csv: at('list'), reads: [at('list')] }, detector)).rejects.toMatchObject({
      message: `expected another file to write than ${at('list')}, which is read`,
    });
    expect(detector.seen).toBe(0);
    expect(await readFile(photo)).toEqual(before);
  });

  it.runIf(process.platform !== 'win32')('may be a pipe, which is an error and no wait', async () => {
    await draw('a.png', 255);
    spawnSync('mkfifo', [at('photos', 'b.png')]);
    const items = await all({});
    expect(items.map(({ error }) => error)).toEqual([
      null,
      expect.stringContaining('something that is no file'),
    ]);
  });
});

it('two predictions into one folder, or one table, do not mix', async () => {
  await draw('a.png', 255);
  const detector = new Redness();
  for (const [path, options] of [
    [at('out'), { out: at('out') }],
    [at('t.csv'), { csv: at('t.csv') }],
  ] as const) {
    await withExclusive(path, 'predict', () =>
      expect(all(options, detector)).rejects.toMatchObject({ name: 'LockedError', path }),
    );
  }
  expect(detector.seen).toBe(0);
  await all({ out: at('out'), csv: at('t.csv') }, detector);
  expect(await listing(folder)).toEqual([
    ...['out', 'out/a.map.png', 'out/a.overlay.png', 'photos', 'photos/a.png', 't.csv'],
  ]);
});

it('a name that the file system just takes is shortened, and stays apart from its like', async () => {
  const long = 'ä'.repeat(125);
  await draw(`${long}.png`, 0);
  await draw(`${long.slice(0, -1)}b.png`, 255);
  const items = await all({ out: at('out'), tiff: true });
  expect(items.map(({ error }) => error)).toEqual([null, null]);
  expect(await listing(at('out'))).toHaveLength(6);
});

it('pictures that were made of images are no images', async () => {
  const photo = await draw('a.png', 255);
  await draw('b.map.png', 255);
  await draw('c.overlay.png', 255);
  const out = at('photos', 'found');
  await all({ out: at('photos'), tiff: true });
  for (const csv of ['one.csv', 'two.csv']) await all({ out, tiff: true, csv: at(csv) });
  // A run, its maps among it; and the raw maps of an evaluation.
  for (const name of ['run/bundle/utad.json', 'run/config.json', 'run/maps/x.png']) {
    await writeFileAtomic(at('photos', name), '');
  }
  await writeFileAtomic(at('photos/maps/screw/test/dent/0.tiff'), floatTiff(Float32Array.of(1, 2), [1, 2]));
  const notes: PipelineEvent[] = [];
  const inputs = await listInputs([at('photos')], { out: at('new'), onEvent: (event) => notes.push(event) });
  expect(inputs.map(({ path }) => path)).toEqual([photo, at('photos/b.map.png'), at('photos/c.overlay.png')]);
  // Of a, b.map and c.overlay beside them and in `found`, with their raw maps; the run's, the evaluation's.
  const message = `20 pictures of earlier predictions, evaluations or runs in ${at('photos')} left out`;
  expect(notes).toEqual([{ type: 'note', message }]);
  expect(await listInputs([at('photos/a.map.png')])).toHaveLength(1);
});

describe('pictures', () => {
  const sizeOf = async (name: string) => {
    const { width, height } = await sharp(at('out', name)).metadata();
    return [width, height];
  };

  it('are of the size of the image, as it is turned, within bounds, and small ones are enlarged', async () => {
    await draw('a.png', 255, 600, 200);
    await draw('b.png', 255, 3000, 30);
    await draw('c.png', 255, 40, 10);
    const turned = sharp({ create: { width: 600, height: 200, channels: 3, background: '#ff0000' } });
    await turned.withMetadata({ orientation: 6 }).jpeg().toFile(at('photos', 'd.jpg'));
    await all({ out: at('out') });
    for (const [name, size] of Object.entries({ a: [600, 200], b: [2048, 20], d: [200, 600] })) {
      expect(await sizeOf(`${name}.map.png`)).toEqual(size);
      expect(await sizeOf(`${name}.overlay.png`)).toEqual(size);
    }
    expect(await sizeOf('c.map.png')).toEqual([40, 10]);
    expect(await sizeOf('c.overlay.png')).toEqual([320, 80]);
  });

  it('show the image and not what the network saw of it', async () => {
    const stripes = Buffer.from(Uint8Array.from({ length: 400 * 400 }, (_, at) => (at % 2) * 100));
    await sharp(stripes, { raw: { width: 400, height: 400, channels: 1 } })
      .png()
      .toFile(at('photos/a.png'));
    await all({ out: at('out') });
    const pixels = await sharp(at('out/a.overlay.png')).greyscale().raw().toBuffer();
    expect([...pixels.subarray(0, 4)]).toEqual([0, 100, 0, 100]);
  });

  it('come with one sentence where the network sees images out of their proportions', async () => {
    await draw('a.png', 255, 82, 80);
    await draw('b.png', 255, 120, 40);
    await draw('c.png', 255, 120, 40);
    const notes: PipelineEvent[] = [];
    await all({ onEvent: (event) => notes.push(event) });
    const said = notes.filter((event) => event.type === 'note' && /proportions/.test(event.message));
    expect(said).toEqual([
      {
        type: 'note',
        message: `The network does not see images in their proportions: ${at('photos', 'b.png')} of 40x120 is squeezed to 4x4, by 3.00.`,
      },
    ]);
  });
});
