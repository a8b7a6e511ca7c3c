import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { zip } from '../../../packages/datasets/test/fetch/archives';
import { serve } from '../../../scripts/testing/file-server';
import { type Ended, runUtad } from './run-utad';

let folder = '';
let server: Awaited<ReturnType<typeof serve>>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'utad-data-'));
  server = await serve(new Map());
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

function utad(
  args: readonly string[],
  onLine?: (line: string) => void,
  kill?: (stop: () => void) => void,
): Promise<Ended> {
  const redirect = new URL('redirect-fetch.mjs', import.meta.url).href;
  let watched = false;
  return runUtad(['data', ...args], {
    cwd: folder,
    env: {
      XDG_CACHE_HOME: join(folder, 'cache'),
      NODE_OPTIONS: `--import ${redirect}`,
      UTAD_TEST_SERVER: server.url,
    },
    onLine: (line, child) => {
      onLine?.(line);
      if (!watched) kill?.(() => child.kill('SIGINT'));
      watched = true;
    },
  });
}

async function done(args: readonly string[]) {
  const { code, stdout, stderr } = await utad([...args, '--json']);
  expect(stderr.filter((line) => line.startsWith('utad: '))).toEqual([]);
  expect(code).toBe(0);
  return { document: JSON.parse(stdout), stderr };
}

async function refused(args: readonly string[], code: number, message: RegExp): Promise<Ended> {
  const ended = await utad(args);
  expect(ended.stderr.at(-1)).toMatch(message);
  expect(ended.code).toBe(code);
  return ended;
}

async function grey(value: number, marked = 0): Promise<Buffer> {
  const pixels = Uint8Array.from({ length: 256 }, (_, index) => (index < marked ? 255 : value));
  return sharp(pixels, { raw: { width: 16, height: 16, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
}

async function write(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
}

/** Magnetic tiles as GitHub packs them: a folder around all, and no hash that could be cited. */
async function tiles(extra: Parameters<typeof zip>[0] = []): Promise<Buffer> {
  const inner = 'Magnetic-tile-defect-datasets.-master';
  return zip([
    { name: `${inner}/MT_Free/Imgs/a.jpg`, content: await grey(10) },
    { name: `${inner}/MT_Crack/Imgs/b.jpg`, content: await grey(20) },
    { name: `${inner}/MT_Crack/Imgs/b.png`, content: await grey(0, 32) },
    ...extra,
  ]);
}

describe('utad data list', () => {
  it('lists data sets with their licences and whether there is a link', async () => {
    const { stdout } = await utad(['list']);
    expect(stdout).toMatch(/^id +title +licence +download$/m);
    expect(stdout).toMatch(/^mvtec +MVTec AD +CC-BY-NC-SA-4\.0 \* +/m);
    const { document } = await done(['list']);
    const ids = document.datasets.map(({ id }: { id: string }) => id);
    expect(ids).toEqual(['mvtec', 'mnist', 'fashion-mnist', 'cifar10', 'visa', 'btad', 'magnetic-tile']);
    for (const one of document.datasets) {
      expect(one.licence.url, one.id).toMatch(/^https?:/);
      expect(one.citation, one.id).not.toBe('');
      expect(one.link || one.manual.length > 0, one.id).toBe(true);
      // A hash is cited, or is not there.
      for (const { sha256, md5, hashSource } of one.sources) {
        expect(hashSource !== undefined, one.id).toBe(sha256 !== undefined || md5 !== undefined);
      }
    }
  });
});

describe('utad data fetch', () => {
  const fetchTiles = ['fetch', 'magnetic-tile', '--accept-license', '--out', 'tiles'];

  it('fetches, says under which licence, and what to do next works', async () => {
    server.files.set('master.zip', await tiles());
    const { document, stderr } = await done(fetchTiles);
    expect(document).toMatchObject({
      id: 'magnetic-tile',
      reused: false,
      files: [{ file: 'magnetic-tile.zip' }],
    });
    expect(stderr[0]).toMatch(/^Magnetic-tile defects: .*github\.com/);
    expect(stderr[1]).toMatch(/^to be cited as: .*Huang/);
    expect(await readdir(join(folder, 'tiles'))).toContain('fetched.json');
    expect((await done(fetchTiles)).document.reused).toBe(true);
    expect(server.requests).toHaveLength(1);

    const text = await utad(['check', 'tiles']);
    expect(text.stdout).toMatch(/^tiles, as magnetic-tile$/m);
    expect(text.stdout).toMatch(/^marked +12\.5 % to 12\.5 % of an image/m);
    expect(text.code).toBe(0);
  });

  it('asks for the licence to be accepted before anything else', async () => {
    await refused(
      ['fetch', 'mvtec', '--out', 'x'],
      2,
      /^utad: MVTec AD: expected its terms .*; --accept-license accepts them$/,
    );
    expect(server.requests).toHaveLength(0);
    expect(await readdir(folder)).toEqual([]);
  });

  it('prints the steps by hand where the link does not work', async () => {
    const args = ['fetch', 'mvtec', '--accept-license', '--out', 'x'];
    const { stdout } = await refused(args, 1, /received 404 Not Found; by hand it goes as said$/);
    expect(stdout).toMatch(/^1\. Open https:\/\/www\.mvtec\.com/);
    expect(stdout).toMatch(/`utad data fetch mvtec --accept-license --from FILE --out x`/);
    expect(JSON.parse((await utad([...args, '--json'])).stdout).manual.length).toBeGreaterThan(3);
  });

  it('takes a file that was downloaded by hand, and refuses one that is not the one cited', async () => {
    await write('mine.zip', await tiles());
    expect((await done([...fetchTiles, '--from', 'mine.zip'])).document.files).toMatchObject([{ url: null }]);
    expect(server.requests).toHaveLength(0);
    await write('btad.zip', await tiles());
    await refused(
      ['fetch', 'btad', '--from', 'btad.zip', '--out', 'b'],
      1,
      /^utad: btad\.zip: expected sha256 461c9387e515.*, as https/,
    );
    expect(await readdir(folder)).not.toContain('b');
  });

  it('refuses a hostile archive on one line, and leaves nothing of it', async () => {
    server.files.set('master.zip', await tiles([{ name: '../../evil', content: 'x' }]));
    await refused(fetchTiles, 1, /^utad: magnetic-tile\.zip: expected names that stay in their folder/);
    expect((await readdir(folder)).sort()).toEqual(['cache', 'tiles.part']);
  });

  it('refuses another file than the first time, until told otherwise', async () => {
    server.files.set('master.zip', await tiles());
    await done(fetchTiles);
    await rm(join(folder, 'tiles'), { recursive: true });
    server.files.set('master.zip', await tiles([{ name: 'new', content: 'x' }]));
    await refused(fetchTiles, 1, /expected the file of sha256 \w{64} that came on/);
    await done([...fetchTiles, '--repin']);
  });

  it('ends with 130 on Ctrl-C, and goes on where it stopped', async () => {
    server.files.set('master.zip', await tiles([{ name: 'noise', content: randomBytes(400_000) }]));
    let arrived = () => {};
    const half = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    server.behave({
      onPiece: async ({ bytes }) => {
        if (bytes < 100_000) return;
        arrived();
        await new Promise(() => {});
      },
    });
    const ended = await utad(fetchTiles, undefined, (stop) => half.then(() => setTimeout(stop, 300)));
    expect(ended.code).toBe(130);
    expect(await readdir(join(folder, 'tiles.part'))).toEqual([
      'magnetic-tile.zip.of',
      'magnetic-tile.zip.part',
    ]);
    server.behave({});
    const { stderr } = await done(fetchTiles);
    expect(stderr.join('\n')).toMatch(/magnetic-tile\.zip: 0\.1 of 0\.\d MB are there already/);
    expect(await readdir(folder)).not.toContain('tiles.part');
  });

  it.each([
    [['fetch', 'mvtecad', '--out', 'x'], /^utad: expected one of mvtec, .*, received mvtecad$/],
    [
      ['fetch', 'visa', '--category', 'screw', '--out', 'x'],
      /^utad: categories: expected some of candle, .*received screw$/,
    ],
    [
      ['fetch', 'mnist', '--category', '8', '--out', 'x'],
      /^utad: categories: expected none for MNIST, received 8$/,
    ],
    [['fetch', 'mnist'], /--out/],
    [
      ['fetch', 'mnist', '--from', 'none.gz', '--out', 'x'],
      /^utad: from: expected a file that was downloaded/,
    ],
  ])('%j is a wrong command line', (args, message) => refused(args, 2, message).then(() => undefined));
});

/** `nut` in the layout of MVTec AD, with a good and a defective image for testing. */
async function writeNut(): Promise<void> {
  await write('data/nut/train/good/0.png', await grey(10));
  await write('data/nut/test/good/0.png', await grey(20));
  await write('data/nut/test/dent/0.png', await grey(30));
  await write('data/nut/ground_truth/dent/0_mask.png', await grey(0, 64));
}

describe('utad data check', () => {
  it('tells what there is, of a data set and of one product alike', async () => {
    await writeNut();
    const whole = (await done(['check', 'data'])).document;
    expect(whole).toMatchObject({
      dataset: 'mvtec',
      root: 'data',
      images: 3,
      modes: [{ mode: 'grey', images: 3 }],
      marked: { least: 0.25, median: 0.25, most: 0.25 },
      findings: [],
    });
    expect((await done(['check', 'data/nut'])).document.counts).toEqual(whole.counts);
    expect((await utad(['check', 'data/nut'])).stdout).toMatch(/^nothing wrong was found$/m);
  });

  it('ends with 1 and names all that is wrong', async () => {
    await writeNut();
    await write('data/nut/train/good/1.png', 'no image');
    await write('data/nut/train/good/2.png', await grey(20));
    await rm(join(folder, 'data/nut/ground_truth/dent/0_mask.png'));
    await write('data/nut/ground_truth/dent/9_mask.png', await grey(0));
    const { stdout } = await refused(['check', 'data/nut'], 1, /^utad: 4 things wrong with data\/nut$/);
    for (const kind of ['mask-missing', 'mask-without-image', 'unreadable', 'duplicate-across']) {
      expect(stdout).toMatch(new RegExp(`^wrong +${kind}: `, 'm'));
    }
    const json = await utad(['check', 'data/nut', '--json']);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout).findings).toHaveLength(4);
  });

  it('checks a plain folder and a manifest', async () => {
    await write('photos/a.png', await grey(1));
    expect((await done(['check', 'photos'])).document).toMatchObject({ dataset: 'folder', images: 1 });
    await write('list.csv', 'path,label\nphotos/a.png,0\n');
    expect((await done(['check', 'list.csv'])).document).toMatchObject({ dataset: 'manifest', images: 1 });
  });

  it('names every wrong line of a manifest, and counts them', async () => {
    await write('a.png', await grey(1));
    const wrong = Array.from({ length: 120 }, (_, index) => `${index}.png,perhaps\n`);
    await write('list.csv', `path,label\na.png,0\n${wrong.join('')}`);
    const { stdout } = await refused(['check', 'list.csv'], 1, /^utad: 120 things wrong with list\.csv$/);
    const lines = stdout.split('\n').filter((line) => line.startsWith('wrong  listing: '));
    expect(lines).toHaveLength(101);
    expect(lines[0]).toMatch(/list\.csv, line 3: expected a label of /);
    expect(lines[100]).toMatch(/20 more wrong things in other lines$/);
  });

  it.each([
    [['check', 'nowhere'], /^utad: expected a data set, found nothing at nowhere$/],
    [['check', 'data', '--category', 'screw'], /^utad: category: expected nut, received screw/],
    [
      ['check', 'data/nut', '--dataset', 'folder', '--category', 'x'],
      /^utad: --category: expected none for folder/,
    ],
    [
      ['check', 'data', '--dataset', 'manifest'],
      /^utad: --dataset manifest: expected a file, found a folder/,
    ],
    [['check', 'data', '--dataset', 'visa'], /^utad: root: expected split_csv\/1cls\.csv/],
  ])('%j is a wrong command line', async (args, message) => {
    await writeNut();
    await refused(args, 2, message);
  });
});

describe('utad data show', () => {
  it('writes a contact sheet with outlines of masks', async () => {
    await writeNut();
    const { document } = await done([
      'show',
      'data/nut',
      '--out',
      'sheets/nut.png',
      '--columns',
      '2',
      '--size',
      '32',
    ]);
    expect(document).toMatchObject({
      dataset: 'mvtec',
      groups: [
        { name: 'nut/train/good', images: 1, shown: 1 },
        { name: 'nut/test/dent', images: 1, shown: 1 },
        { name: 'nut/test/good', images: 1, shown: 1 },
      ],
    });
    const { data, info } = await sharp(join(folder, 'sheets/nut.png'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([document.width, document.height]);
    // The upper quarter is marked: one row of 32 pixels is below it.
    let outline = 0;
    for (let at = 0; at < data.length; at += 3) {
      if (data[at] === 255 && data[at + 1] === 0 && data[at + 2] === 200) outline += 1;
    }
    expect(outline).toBe(32);
  });

  it('writes over nothing unless told to', async () => {
    await writeNut();
    await write('a.png', 'mine');
    await refused(['show', 'data', '--out', 'a.png'], 2, /^utad: --out: expected a new file, found a\.png/);
    expect(await readFile(join(folder, 'a.png'), 'utf8')).toBe('mine');
    await done(['show', 'data', '--out', 'a.png', '--force']);
    await refused(['show', 'data', '--out', 'a.jpg'], 2, /ends with \.png, received a\.jpg$/);
  });
});
